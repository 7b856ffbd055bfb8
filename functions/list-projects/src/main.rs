//! The Lambda binary of `list-projects`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    app::serve(list_projects::handle, app::nothing_is_public).await
}
