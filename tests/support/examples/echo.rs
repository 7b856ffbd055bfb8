//! A function for the tests of the Lambda stand-in: it does what the path says.

#![expect(clippy::print_stderr, reason = "the tests look for it")]

use std::time::{Duration, SystemTime};

use lambda_http::{Body, Error, Request, RequestExt, Response, run_concurrent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::spawn_graceful_shutdown_handler(|| async { eprintln!("goodbye") }).await;
    run_concurrent(service_fn(answer)).await
}

async fn answer(request: Request) -> Result<Response<Body>, Error> {
    let response = Response::builder();
    match request.raw_http_path() {
        "/bytes" => {
            Ok(response.header("content-type", "application/octet-stream").body(vec![0, 255].into())?)
        }
        "/large" => Ok(response.body("x".repeat(7_000_000).into())?),
        "/error" => Err("as asked".into()),
        "/panic" => panic!("as asked"),
        "/exit" => {
            eprintln!("last words");
            std::process::exit(7)
        }
        "/sleep" => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            Ok(response.body(Body::Empty)?)
        }
        // Time left before the deadline, in milliseconds.
        "/deadline" => {
            let left = request.lambda_context().deadline().duration_since(SystemTime::now());
            Ok(response.body(left.map_or(0, |left| left.as_millis()).to_string().into())?)
        }
        _ => Ok(response
            .status(201)
            .header("x-method", request.method().as_str())
            .body(request.into_body())?),
    }
}
