use std::io::Write;

use super::*;

fn upload(content_type: &str, encoding: &str, body: &[u8]) -> Result<Upload, Error> {
    let request = http::Request::builder()
        .header("content-type", content_type)
        .header("content-encoding", encoding)
        .body(Body::Binary(body.to_vec()))
        .unwrap();
    Upload::take(request)
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn text(upload: &Upload) -> String {
    let mut text = String::new();
    upload.open().read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
async fn the_same_content_has_one_digest_however_it_is_sent() {
    let raw = upload("text/html", "", b"<DL>").unwrap();
    let packed = upload("text/html", "gzip", &gzip(b"<DL>")).unwrap();
    let unsaid = upload("application/x-www-form-urlencoded", "", &gzip(b"<DL>")).unwrap();
    assert_eq!((text(&raw), text(&packed), text(&unsaid)), ("<DL>".into(), "<DL>".into(), "<DL>".into()));
    assert_eq!(raw.digest(4).await.unwrap(), packed.digest(4).await.unwrap());
    assert_eq!(raw.digest(4).await.unwrap(), unsaid.digest(4).await.unwrap());
    // sha256sum of the four bytes
    assert_eq!(raw.digest(4).await.unwrap().sha256.unwrap()[..4], Sha256::digest(b"<DL>")[..4]);
}

#[tokio::test]
async fn a_bomb_is_stopped_where_the_limit_is() {
    let bomb = upload("", "gzip", &gzip(&vec![b' '; 4 * 1024 * 1024])).unwrap();
    assert_eq!(bomb.digest(1024 * 1024).await.unwrap_err().status(), 413);
    assert_eq!(upload("", "", &[b' '; 11]).unwrap().digest(10).await.unwrap_err().status(), 413);
}

#[tokio::test]
async fn damaged_or_unknown_encodings_are_refused() {
    let mut cut = gzip(b"<DL><p>some content that is cut");
    cut.truncate(cut.len() - 9);
    assert_eq!(upload("", "gzip", &cut).unwrap().digest(100).await.unwrap_err().status(), 422);
    assert_eq!(upload("", "gzip", b"plain").unwrap().digest(100).await.unwrap_err().status(), 422);
    assert_eq!(upload("", "br", b"").unwrap_err().status(), 415);
    assert_eq!(upload("", "", b"").unwrap().digest(100).await.unwrap_err().status(), 422);
}

#[tokio::test]
async fn a_zip_is_recognized_however_it_is_packed() {
    for zip in [&b"PK\x03\x04\x14\0<!DOCTYPE NETSCAPE-Bookmark-file-1>"[..], b"PK\x05\x06\0\0"] {
        for sent in [zip.to_vec(), gzip(zip)] {
            let refused = upload("", "", &sent).unwrap().digest(100).await.unwrap_err();
            assert_eq!(refused.status(), 422);
            assert!(refused.detail().contains("Unpack the zip first"), "{}", refused.detail());
        }
    }
}
