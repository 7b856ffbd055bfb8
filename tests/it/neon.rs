//! The functions on Neon, or what stands in for it: through its proxy, woken, suspended, and refused in its
//! words.

use std::time::{Duration, Instant};

use harness::{Fixture, app, call};
use support::lambda::Lambda;
use support::neon::{Farewell, message};
use support::{Event, NeonProxy, TestDatabase, binary};

use crate::journey::{every_function, through};

/// A migrated database, and a proxy before its server.
fn neon() -> (NeonProxy, TestDatabase) {
    let database = support::database();
    (NeonProxy::start(database.server()).unwrap(), database)
}

/// An application on such a database.
fn on_neon() -> (NeonProxy, Fixture) {
    let (neon, database) = neon();
    let url = neon.url(database.name());
    (neon, through(database, &url))
}

#[tokio::test]
async fn every_function_passes_through_the_proxy() {
    for parameters in ["&channel_binding=require", "&sslnegotiation=direct"] {
        for pooled in [false, true] {
            let (neon, database) = neon();
            let url = if pooled { neon.pooled_url(database.name()) } else { neon.url(database.name()) }
                + parameters;
            let fixture = through(database, &url);
            every_function(&fixture).await;
            assert_eq!(fixture.call(db_test::handle, Event::get("/")).await.body["provider"], "Neon");
            assert_eq!((neon.logins(), neon.wakes()), (1, 1), "one connection served them all");
        }
    }
}

#[tokio::test]
async fn a_request_waits_for_a_wake_that_takes_longer_than_a_server_may_be_silent() {
    let (neon, fixture) = on_neon();
    neon.set_wake_time(Duration::from_secs(6));
    let begun = Instant::now();
    let seen = fixture.call(db_test::handle, Event::get("/").timeout(Duration::from_secs(20))).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    assert!(begun.elapsed() >= Duration::from_secs(6));
    assert_eq!(neon.logins(), 1);
}

#[tokio::test]
async fn a_wake_that_outlasts_the_deadline_is_answered_before_it() {
    let (neon, fixture) = on_neon();
    neon.set_wake_time(Duration::from_secs(8));
    let deadline = Duration::from_secs(2);
    let begun = Instant::now();
    fixture.call(list_projects::handle, Event::get("/").timeout(deadline)).await.problem(504);
    assert!(begun.elapsed() < deadline, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_suspension_between_two_requests_costs_neither_an_error() {
    let (neon, fixture) = on_neon();
    for (wakes, farewell) in (1..).zip([Farewell::Shutdown, Farewell::Silent].repeat(10)) {
        assert_eq!(fixture.call(db_test::handle, Event::get("/")).await.status, 200);
        assert_eq!(neon.wakes(), wakes);
        assert_eq!(neon.suspend(farewell), 1);
    }
}

#[tokio::test]
async fn a_suspension_during_the_freeze_costs_the_real_binary_no_error() {
    let (neon, database) = neon();
    let url = neon.url(database.name());
    let function = Lambda::start(&binary("db-test"), &[("DATABASE_URL", &url)]).unwrap();
    for farewell in [Farewell::Shutdown, Farewell::Silent].repeat(5) {
        assert_eq!(function.invoke(&Event::get("/")).await.unwrap().status.as_u16(), 200);
        function.freeze();
        assert_eq!(neon.suspend(farewell), 1);
        function.thaw();
    }
}

#[tokio::test]
async fn what_passes_by_itself_is_tried_three_times() {
    for text in [message::COULD_NOT_CONNECT, message::CONTROL_PLANE, message::NO_PERMIT, message::IDLE] {
        let (neon, fixture) = on_neon();
        neon.fail_next(2, text);
        let seen = fixture.call(db_test::handle, Event::get("/?details=true")).await;
        assert_eq!(seen.status, 200, "{text}: {}", seen.body);
        assert_eq!((neon.logins(), &seen.body["request"]["connect_retries"]), (3, &2.into()), "{text}");

        neon.suspend(Farewell::Shutdown);
        neon.fail_next(3, text);
        fixture.call(list_projects::handle, Event::get("/")).await.problem(503);
        assert_eq!(neon.logins(), 6, "{text}");
        assert_eq!(fixture.call(db_test::handle, Event::get("/")).await.status, 200);
    }
}

#[tokio::test]
async fn a_proxy_that_takes_longer_to_refuse_than_a_server_may_be_silent_costs_no_attempt() {
    // One failure begins where the silence of the one before has been used up.
    let failing = Duration::from_millis(4_600);
    let (neon, fixture) = on_neon();
    neon.set_failure_time(failing);
    neon.fail_next(2, message::COULD_NOT_CONNECT);
    let seen =
        fixture.call(db_test::handle, Event::get("/?details=true").timeout(Duration::from_secs(30))).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    assert_eq!((neon.logins(), &seen.body["request"]["connect_retries"]), (3, &2.into()));

    // The last failure is reported in the server's words, and no dial of no length follows it.
    let database = support::database();
    let (url, env) = (neon.url(database.name()), "LOG_LEVEL");
    let function =
        Lambda::start(&binary("list-projects"), &[("DATABASE_URL", &url), (env, "debug")]).unwrap();
    neon.fail_next(3, message::CONTROL_PLANE);
    let answer = function.invoke(&Event::get("/").timeout(Duration::from_secs(30))).await.unwrap();
    assert_eq!(answer.status.as_u16(), 503);
    let log = function.logged("failed").await;
    assert!(log.contains(message::CONTROL_PLANE) && !log.contains("within 0 s"), "{log}");
    assert_eq!(neon.logins(), 6);
}

#[tokio::test]
async fn an_import_whose_login_failed_in_passing_is_stored_once() {
    let (neon, fixture) = on_neon();
    neon.fail_next(2, message::COULD_NOT_CONNECT);
    let file = "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p><DT><A HREF=\"https://example.com/\">x</A></DL><p>";
    let seen = fixture.call(import::handle, Event::post("/").text(file)).await;
    assert_eq!(seen.status, 201, "{}", seen.body);
    assert_eq!(fixture.ask("SELECT count(*) FROM bookmarks").await, "1");
    assert_eq!(neon.logins(), 3);
}

#[tokio::test]
async fn an_import_that_is_given_up_during_the_wake_stores_nothing() {
    let (neon, fixture) = on_neon();
    neon.set_wake_time(Duration::from_secs(2));
    let file = "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p><DT><A HREF=\"https://example.com/\">x</A></DL><p>";
    fixture
        .call(import::handle, Event::post("/").text(file).timeout(Duration::from_secs(1)))
        .await
        .problem(504);
    // This one waits for the same wake, with which whatever was on its way has arrived.
    assert_eq!(fixture.call(db_test::handle, Event::get("/")).await.status, 200);
    assert_eq!(fixture.ask("SELECT count(*) FROM import_jobs").await, "0");
}

#[tokio::test]
async fn what_a_person_must_change_is_a_misconfiguration_and_tried_once() {
    let (neon, fixture) = on_neon();
    for (tried, text) in (1..).zip([
        message::DISABLED,
        message::IS_DISABLED,
        message::NO_ENDPOINT,
        message::ADDRESS_NOT_ALLOWED,
        message::BLOCKED_NETWORK,
        message::NO_VPC_ENDPOINT,
        message::VPC_NOT_ALLOWED,
        message::ENDPOINT_NOT_FOUND,
        message::BRANCH_NOT_FOUND,
        message::ROLE_PROTECTED,
        message::INCONSISTENT,
    ]) {
        neon.fail_next(1, text);
        let seen = fixture.call(db_test::handle, Event::get("/")).await;
        assert!(!seen.problem(500).contains("endpoint"), "{}", seen.body);
        assert_eq!(neon.logins(), tried);
    }
    let (wrong, unknown) = (
        neon.url(fixture.database.name()).replacen("branchline:", "branchline:x", 1),
        neon.url_of_endpoint("ep-other-1", fixture.database.name()),
    );
    for url in [&wrong, &unknown] {
        call(&app(url, &[]), db_test::handle, Event::get("/")).await.problem(500);
    }
}

#[tokio::test]
async fn a_limit_is_reported_with_the_time_to_wait_and_tried_once() {
    let (neon, fixture) = on_neon();
    for (tried, text) in (1..).zip([
        message::QUOTA,
        message::CHECK_QUOTAS,
        message::TOO_MANY_CONNECTIONS,
        message::NO_SLOTS,
        message::TOO_MANY_ATTEMPTS,
        message::ACTIVE_ENDPOINTS,
        message::RATE_LIMIT,
        message::BRANCH_COMPUTE_TIME,
    ]) {
        neon.fail_next(1, text);
        let seen = fixture.call(db_test::handle, Event::get("/")).await;
        seen.problem(503);
        assert!(seen.headers["retry-after"].to_str().unwrap().parse::<u32>().unwrap() >= 1);
        assert_eq!(neon.logins(), tried);
    }
}
