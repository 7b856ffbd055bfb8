//! The Lambda binary of `export`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    app::serve_streaming(export::handle, app::nothing_is_public).await
}
