//! The Lambda binary of `search`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    web::serve(env!("CARGO_CRATE_NAME"), search::handle, web::nothing_is_public).await
}
