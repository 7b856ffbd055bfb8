//! The Lambda binary of `bookmarks`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    web::serve(env!("CARGO_CRATE_NAME"), bookmarks::handle, bookmarks::is_public).await
}
