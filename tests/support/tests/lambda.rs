//! The stand-in for Lambda, driving a function through its real binary.

#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::{Event, InvokeError, Lambda};

/// Cargo builds a package's examples along with its tests, into the folder beside theirs.
fn example(name: &str) -> PathBuf {
    std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("examples").join(name)
}

fn start() -> Lambda {
    Lambda::start(&example("echo"), &[]).unwrap()
}

#[tokio::test]
async fn a_request_goes_through_the_binary_and_back() {
    let lambda = start();
    let response = lambda.invoke(&Event::post("/").text("grüß dich")).await.unwrap();
    assert_eq!(response.status, 201);
    assert_eq!(response.header("x-method"), Some("POST"));
    assert_eq!(response.text(), "grüß dich");
    let again = lambda.invoke(&Event::get("/bytes")).await.unwrap();
    assert_eq!(&*again.body, [0, 255]);
}

#[tokio::test]
async fn init_is_timed_and_registers_the_extension() {
    let lambda = start();
    let duration = lambda.init_duration().await.unwrap();
    assert!(duration > Duration::ZERO && duration < Duration::from_secs(10), "{duration:?}");
    assert_eq!(lambda.extensions(), ["_lambda-rust-runtime-no-op-graceful-shutdown-helper"]);
}

#[tokio::test]
async fn the_function_sees_the_deadline_it_is_given() {
    let lambda = start();
    let left = lambda.invoke(&Event::get("/deadline").timeout(Duration::from_secs(3))).await.unwrap();
    let left: u64 = left.text().parse().unwrap();
    assert!((2_000..=3_000).contains(&left), "{left} ms");
    let past = lambda.invoke(&Event::get("/deadline").deadline_ms(600_000)).await.unwrap();
    assert_eq!(past.text(), "0");
}

#[tokio::test]
async fn a_function_that_misses_its_deadline_is_killed() {
    let lambda = start();
    let timeout = Duration::from_millis(300);
    let error = lambda.invoke(&Event::get("/sleep").timeout(timeout)).await.unwrap_err();
    assert!(matches!(error, InvokeError::TimedOut(limit) if limit == timeout), "{error}");
    let error = lambda.invoke(&Event::get("/")).await.unwrap_err();
    assert!(matches!(error, InvokeError::Ended(_)), "{error}");
}

#[tokio::test]
async fn an_error_and_a_panic_of_the_handler_are_reported_and_the_function_lives_on() {
    let lambda = start();
    for path in ["/error", "/panic"] {
        let error = lambda.invoke(&Event::get(path)).await.unwrap_err();
        assert!(
            matches!(&error, InvokeError::Function { message, .. } if message.contains("as asked")),
            "{error}"
        );
    }
    assert_eq!(lambda.invoke(&Event::get("/")).await.unwrap().status, 201);
}

#[tokio::test]
async fn the_end_of_a_function_is_reported_with_its_last_words() {
    let error = start().invoke(&Event::get("/exit")).await.unwrap_err();
    let InvokeError::Ended(message) = error else { panic!("{error}") };
    assert!(message.contains("exit status: 7") && message.contains("last words"), "{message}");
}

#[tokio::test]
async fn six_megabytes_are_the_limit_in_both_directions_unless_lifted() {
    let large = Event::post("/").binary(vec![0; 5_000_000]);
    let lambda = start();
    let error = lambda.invoke(&large).await.unwrap_err();
    assert!(matches!(error, InvokeError::RequestTooLarge(6_600_000..)), "{error}");
    let error = lambda.invoke(&Event::get("/large")).await.unwrap_err();
    assert!(matches!(error, InvokeError::ResponseTooLarge(7_000_000..)), "{error}");

    let lambda = start().without_payload_limits();
    assert_eq!(lambda.invoke(&large).await.unwrap().body.len(), 5_000_000);
    assert_eq!(lambda.invoke(&Event::get("/large")).await.unwrap().body.len(), 7_000_000);
}

#[tokio::test]
async fn a_frozen_function_answers_once_it_is_thawed() {
    let lambda = start();
    lambda.invoke(&Event::get("/")).await.unwrap();
    lambda.freeze();
    let event = Event::get("/");
    let mut response = Box::pin(lambda.invoke(&event));
    assert!(tokio::time::timeout(Duration::from_millis(300), &mut response).await.is_err());
    lambda.thaw();
    assert_eq!(response.await.unwrap().status, 201);
}

#[tokio::test]
async fn a_shutdown_lets_the_function_say_goodbye() {
    let lambda = start();
    lambda.init_duration().await.unwrap();
    let status = lambda.shut_down().await;
    assert_eq!(status.code(), Some(0));
    assert!(lambda.stderr().contains("goodbye"), "{}", lambda.stderr());
}

#[tokio::test]
async fn a_concurrent_environment_answers_one_event_while_another_runs() {
    let lambda = Lambda::start(&example("echo"), &[("AWS_LAMBDA_MAX_CONCURRENCY", "2")]).unwrap();
    let (slow, quick) = (Event::get("/sleep"), Event::get("/"));
    let slow = lambda.invoke(&slow);
    let quick = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        lambda.invoke(&quick).await
    };
    tokio::select! {
        _ = slow => panic!("it sleeps for a minute"),
        response = quick => assert_eq!(response.unwrap().status, 201),
    }
}

#[test]
fn a_process_killed_with_sigkill_leaves_no_function_even_a_frozen_one() {
    let mut helper = Command::new(example("until_killed"))
        .arg("frozen-function")
        .arg(example("echo"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(helper.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let pid = rustix::process::Pid::from_raw(line.trim().parse().unwrap()).unwrap();
    let is_alive = || rustix::process::test_kill_process(pid).is_ok();
    assert!(is_alive());

    // Child::kill sends SIGKILL.
    helper.kill().unwrap();
    helper.wait().unwrap();

    let patience = Instant::now() + Duration::from_secs(10);
    while is_alive() && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(!is_alive());
}
