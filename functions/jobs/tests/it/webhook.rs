//! `JOB_WEBHOOK`, by the function's own process.

use std::time::Duration;

use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use serde_json::{Value, json};
use support::lambda::Lambda;
use support::{Event, binary};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::{wanted, with_project};

const SECRET: &str = "canary-0123456789";

/// Takes one request, as far as its body's end, and answers it.
async fn take_one(listener: &TcpListener, answer: &str) -> String {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut text = String::new();
    while !text.ends_with('}') {
        let mut bytes = [0; 4096];
        let count = stream.read(&mut bytes).await.unwrap();
        assert_ne!(count, 0, "{text}");
        text += std::str::from_utf8(&bytes[..count]).unwrap();
    }
    stream.write_all(answer.as_bytes()).await.unwrap();
    text
}

#[tokio::test]
async fn a_webhook_hears_of_each_new_job_once_and_its_failure_harms_nobody() {
    let fixture = with_project().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/wake?x=1", listener.local_addr().unwrap());
    let database = fixture.database.url();
    let variables =
        [("DATABASE_URL", database.as_str()), ("JOB_WEBHOOK", &url), ("JOB_WEBHOOK_SECRET", SECRET)];
    let function = Lambda::start(&binary("jobs"), &variables).unwrap();
    let submit = |key: &str| Event::post("/").header("idempotency-key", key).text(wanted().to_string());

    let first = submit("one");
    let (seen, heard) =
        tokio::join!(function.invoke(&first), take_one(&listener, "HTTP/1.1 204 No Content\r\n\r\n"));
    assert_eq!(seen.unwrap().status.as_u16(), 201);
    let (head, body) = heard.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /wake?x=1 HTTP/1.1\r\n"), "{head}");
    let message: Value = serde_json::from_str(body).unwrap();
    let expected =
        json!({ "event": "job.available", "job_id": 1, "project_id": 1, "extraction_type": "color" });
    assert_eq!(message, expected);
    let key = PKey::hmac(SECRET.as_bytes()).unwrap();
    let mac =
        Signer::new(MessageDigest::sha256(), &key).unwrap().sign_oneshot_to_vec(body.as_bytes()).unwrap();
    let signature: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(head.contains(&format!("x-branchline-signature: sha256={signature}")), "{head}");

    // The job is known, so nobody is woken: the next message is that of the next job.
    assert_eq!(function.invoke(&first).await.unwrap().status.as_u16(), 200);
    let second = submit("two");
    let (seen, heard) = tokio::join!(
        function.invoke(&second),
        take_one(&listener, "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n")
    );
    assert_eq!(seen.unwrap().status.as_u16(), 201);
    let id = fixture.ask("SELECT id FROM extraction_jobs WHERE idempotency_key = 'two'").await;
    assert!(heard.contains(&format!("\"job_id\":{id},")), "{heard}");

    // One that never answers is given up, and the next request is answered.
    let third = submit("three");
    assert_eq!(function.invoke(&third).await.unwrap().status.as_u16(), 201);
    let listed = timeout(Duration::from_secs(20), function.invoke(&Event::get("/"))).await.unwrap();
    assert_eq!(listed.unwrap().status.as_u16(), 200);
}
