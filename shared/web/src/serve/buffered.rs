//! Responses that are sent whole, by the runtime itself.
//!
//! Its own client sends them, which also asks for the next event. Where another client did, cargo-lambda
//! 1.9's emulator forwarded none of a response over some 16 kB, and its caller waited for ever.

use http::header::SET_COOKIE;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::lambda_runtime::{LambdaEvent, Runtime};
use lambda_http::{Body, Error, service_fn};
use serde_json::value::RawValue;

use super::after::AfterLayer;
use super::{caught, request_of};
use crate::{Request, Response};

/// Answers invocations until Lambda ends the process.
pub(super) async fn run<F>(answer: impl Fn(Request) -> F + Clone + Send + Sync + 'static) -> Result<(), Error>
where
    F: Future<Output = Response> + Send + 'static,
{
    // The event is read where a panic is caught.
    let service = service_fn(move |LambdaEvent { payload, context }: LambdaEvent<Box<RawValue>>| {
        let answer = answer.clone();
        async move {
            let request_id = context.request_id.clone();
            let answering = async move {
                let request = request_of(payload.get().as_bytes(), context);
                drop(payload);
                answer(request).await
            };
            let response = caught(answering, &request_id).await.unwrap_or_else(|response| response);
            Ok::<_, Error>(in_payload_format_2(response))
        }
    });
    Runtime::new(service).layer(AfterLayer).run_concurrent().await
}

/// A response as function URLs read it (AWS Lambda Developer Guide, "Invoking Lambda function URLs"): text as
/// text, other bytes in base64.
fn in_payload_format_2(response: Response) -> ApiGatewayV2httpResponse {
    let (parts, body) = response.into_parts();
    let mut answer = ApiGatewayV2httpResponse::default();
    answer.status_code = i64::from(parts.status.as_u16());
    answer.headers = parts.headers;
    let cookies = answer.headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    answer.cookies = cookies.map(str::to_owned).collect();
    answer.headers.remove(SET_COOKIE);
    answer.is_base64_encoded = matches!(body, Body::Binary(_));
    answer.body = Some(body).filter(|body| !matches!(body, Body::Empty));
    answer
}
