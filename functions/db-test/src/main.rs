//! The Lambda binary of `db-test`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    web::serve(env!("CARGO_CRATE_NAME"), db_test::handle, db_test::is_public).await
}
