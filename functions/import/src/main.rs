//! The Lambda binary of `import`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    app::serve(import::handle, app::nothing_is_public).await
}
