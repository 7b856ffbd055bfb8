//! The Lambda binary of `projects`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    web::serve(env!("CARGO_CRATE_NAME"), projects::handle, projects::is_public).await
}
