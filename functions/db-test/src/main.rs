//! The Lambda binary of `db-test`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    app::serve(db_test::handle, db_test::is_public).await
}
