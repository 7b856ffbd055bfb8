//! The Lambda binary of `search`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    app::serve(search::handle, app::nothing_is_public).await
}
