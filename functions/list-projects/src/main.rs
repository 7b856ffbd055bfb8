//! The Lambda binary of `list-projects`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    web::serve(env!("CARGO_CRATE_NAME"), list_projects::handle, web::nothing_is_public).await
}
