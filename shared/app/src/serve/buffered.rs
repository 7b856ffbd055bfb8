//! How a response that is whole is sent to Lambda: in payload format 2.0, as JSON.

use http::header::SET_COOKIE;
use http::request::Builder;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::{Body as Content, Error};
use lambda_runtime_api_client::body::Body;

use crate::Response;

/// Text goes as text and other bytes in base64.
pub(super) fn post(to: Builder, response: Response) -> Result<http::Request<Body>, Error> {
    let (parts, content) = response.into_parts();
    let mut answer = ApiGatewayV2httpResponse::default();
    answer.status_code = i64::from(parts.status.as_u16());
    answer.headers = parts.headers;
    let cookies = answer.headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    answer.cookies = cookies.map(str::to_owned).collect();
    answer.headers.remove(SET_COOKIE);
    answer.is_base64_encoded = matches!(content, Content::Binary(_));
    answer.body = Some(content).filter(|content| !matches!(content, Content::Empty));
    Ok(to.body(Body::from(serde_json::to_vec(&answer)?))?)
}
