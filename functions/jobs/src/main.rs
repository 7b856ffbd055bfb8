//! The Lambda binary of `jobs`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    web::serve(env!("CARGO_CRATE_NAME"), jobs::handle, web::nothing_is_public).await
}
