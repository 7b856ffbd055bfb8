//! The Lambda binary of `import`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    app::serve(import::handle, import::is_public).await
}
