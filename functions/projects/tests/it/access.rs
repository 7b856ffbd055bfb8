//! Who may do what with a project.

use harness::{Fixture, Issuer, Seen, bearer};
use support::Event;

async fn send(fixture: &Fixture, caller: &str, method: http::Method, target: &str) -> Seen {
    let event = Event::new(method.clone(), target);
    let has_body = [http::Method::POST, http::Method::PATCH].contains(&method);
    let event = if has_body { event.text(r#"{"name": "a"}"#) } else { event };
    fixture.call(projects::handle, bearer(event, caller)).await
}

#[tokio::test]
async fn a_viewer_reads_and_changes_nothing_and_another_organization_finds_nothing() {
    use http::Method;
    let issuer = Issuer::start().await;
    let fixture = Fixture::of_users(&issuer);
    let (ada, vic) = (issuer.member("ada", "a", "owner"), issuer.member("vic", "a", "viewer"));
    let bob = issuer.member("bob", "b", "owner");
    let made = send(&fixture, &ada, Method::POST, "/").await;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!("/{}", made.body["id"]);
    let cascade = format!("{path}?cascade=true");

    assert_eq!(send(&fixture, &vic, Method::GET, &path).await.body, made.body);
    send(&fixture, &vic, Method::POST, "/").await.problem(403);
    for target in [&path, &cascade] {
        send(&fixture, &vic, Method::DELETE, target).await.problem(403);
        send(&fixture, &bob, Method::DELETE, target).await.problem(404);
    }
    send(&fixture, &vic, Method::PATCH, &path).await.problem(403);
    send(&fixture, &bob, Method::GET, &path).await.problem(404);
    send(&fixture, &bob, Method::PATCH, &path).await.problem(404);
    assert_eq!(send(&fixture, &ada, Method::GET, &path).await.body, made.body);
    assert_eq!(send(&fixture, &ada, Method::DELETE, &path).await.status, 204);
}
