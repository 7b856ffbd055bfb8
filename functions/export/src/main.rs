//! The Lambda binary of `export`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    web::serve_streaming(env!("CARGO_CRATE_NAME"), export::handle, web::nothing_is_public).await
}
