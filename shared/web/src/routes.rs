//! The routes of a function as one table, from which also follow 404, 405 with its `Allow`, and the answers
//! to HEAD.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;

use lambda_http::http::Method;
use uuid::Uuid;

use crate::{Error, Request, segments};

type Handled<R> = Pin<Box<dyn Future<Output = Result<R, Error>> + Send>>;
type Handler<A, R> = Box<dyn FnOnce(Arc<A>, Request, PathParams) -> Handled<R> + Send>;

/// A table of routes: method, pattern, handler. A pattern is a path whose segments are literal, `{name}` for
/// any segment, or `{name:uuid}` for a uuid. The first route that fits a request answers it; HEAD is answered
/// as GET is, its body dropped where the response is sent, unless it has a route of its own.
///
/// ```
/// # use std::sync::Arc;
/// # use web::{Error, PathParams, Request, Response, Routes};
/// # struct App;
/// # type Handled = Result<Response, Error>;
/// # async fn list(_: Arc<App>, _: Request, _: PathParams) -> Handled { Err(Error::not_found("")) }
/// # async fn delete(_: Arc<App>, _: Request, _: PathParams) -> Handled { Err(Error::not_found("")) }
/// # use branchline_web as web;
/// async fn handle(app: Arc<App>, request: Request) -> Result<Response, Error> {
///     Routes::new().get("/", list).delete("/{id:uuid}", delete).answer(app, request).await
/// }
/// ```
pub struct Routes<A, R> {
    routes: Vec<Route<A, R>>,
}

struct Route<A, R> {
    method: Method,
    pattern: &'static str,
    handler: Handler<A, R>,
}

/// The segments of a path that its route names.
#[derive(Clone, Debug, Default)]
pub struct PathParams(Vec<(&'static str, String)>);

impl PathParams {
    /// A segment as it is; empty where the pattern does not name it.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| *n == name).map_or("", |(_, value)| value)
    }

    /// A segment as a value of its type.
    ///
    /// # Errors
    /// 404 with this detail, since nothing is at such a path.
    pub fn value<T: FromStr>(&self, name: &str, detail: &str) -> Result<T, Error> {
        self.text(name).parse().map_err(|_| Error::not_found(detail))
    }
}

macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident $method:ident;)*) => { $(
        $(#[$doc])*
        #[must_use]
        pub fn $name<F>(
            self,
            pattern: &'static str,
            handler: impl FnOnce(Arc<A>, Request, PathParams) -> F + Send + 'static,
        ) -> Self
        where
            F: Future<Output = Result<R, Error>> + Send + 'static,
        {
            self.route(Method::$method, pattern, handler)
        }
    )* };
}

impl<A, R> Routes<A, R> {
    /// No routes.
    #[must_use]
    pub fn new() -> Self {
        Self { routes: Vec::new() }
    }

    methods! {
        /// A route of DELETE.
        delete DELETE;
        /// A route of GET, and of HEAD.
        get GET;
        /// A route of HEAD where its answer costs less than GET's.
        head HEAD;
        /// A route of PATCH.
        patch PATCH;
        /// A route of POST.
        post POST;
        /// A route of PUT.
        put PUT;
    }

    fn route<F>(
        mut self,
        method: Method,
        pattern: &'static str,
        handler: impl FnOnce(Arc<A>, Request, PathParams) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Result<R, Error>> + Send + 'static,
    {
        // Handlers are on the heap: the largest of them would fill a small stack.
        let handler: Handler<A, R> = Box::new(|app, request, params| Box::pin(handler(app, request, params)));
        self.routes.push(Route { method, pattern, handler });
        self
    }

    /// Answers a request by its route.
    ///
    /// # Errors
    /// Those of the handler; 404 where no route has this path, 405 where none of those has this method.
    pub async fn answer(self, app: Arc<A>, request: Request) -> Result<R, Error> {
        let (handler, params) = self.find(&request)?;
        handler(app, request, params).await
    }

    fn find(mut self, request: &Request) -> Result<(Handler<A, R>, PathParams), Error> {
        let path = segments(request);
        let position = |method: &Method| {
            let fits =
                |route: &Route<A, R>| route.method == *method && params(route.pattern, &path).is_some();
            self.routes.iter().position(fits)
        };
        let is_head = request.method() == Method::HEAD;
        let found =
            position(request.method()).or_else(|| if is_head { position(&Method::GET) } else { None });
        let Some(found) = found else { return Err(self.refusal(&path)) };
        let route = self.routes.swap_remove(found);
        let params = params(route.pattern, &path).unwrap_or_default();
        Ok((route.handler, params))
    }

    /// 405 with the methods of a path, or 404 where it has none.
    fn refusal(&self, path: &[&str]) -> Error {
        let mut allowed = BTreeSet::new();
        for route in self.routes.iter().filter(|route| params(route.pattern, path).is_some()) {
            allowed.insert(route.method.as_str());
            if route.method == Method::GET {
                allowed.insert("HEAD");
            }
        }
        match allowed.is_empty() {
            true => Error::not_found("There is nothing at this path."),
            false => Error::method_not_allowed(Vec::from_iter(allowed).join(", ")),
        }
    }
}

impl<A, R> Default for Routes<A, R> {
    fn default() -> Self {
        Self::new()
    }
}

/// The named segments of a path; none where the pattern does not fit it.
fn params(pattern: &'static str, path: &[&str]) -> Option<PathParams> {
    let mut params = PathParams::default();
    let mut parts = pattern.split('/').filter(|part| !part.is_empty());
    for segment in path {
        let part = parts.next()?;
        match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            None if part == *segment => {}
            None => return None,
            Some(name) => {
                let name = match name.strip_suffix(":uuid") {
                    Some(name) => segment.parse::<Uuid>().is_ok().then_some(name)?,
                    None => name,
                };
                params.0.push((name, (*segment).to_owned()));
            }
        }
    }
    parts.next().is_none().then_some(params)
}

#[cfg(test)]
mod tests {
    use lambda_http::{Body, RequestExt};

    use super::*;

    const ID: &str = "01900000-0000-7000-8000-000000000000";

    async fn answer(method: &str, path: &str) -> Result<String, Error> {
        let mut request = Request::new(Body::Empty).with_raw_http_path(path);
        *request.method_mut() = method.parse().unwrap();
        let named = |name: &'static str| {
            move |_: Arc<()>, request: Request, params: PathParams| async move {
                Ok(format!("{} {name} {} {}", request.method(), params.text("id"), params.text("entry")))
            }
        };
        Routes::new()
            .get("/", named("list"))
            .post("/", named("create"))
            .get("/trash", named("trash"))
            .get("/{id}", named("one"))
            .delete("/{id}", named("delete"))
            .get("/{id}/entries/{entry:uuid}", named("entry"))
            .head("/{id}/entries/{entry:uuid}", named("entry's head"))
            .answer(Arc::new(()), request)
            .await
    }

    async fn refused(method: &str, path: &str) -> (u16, Option<String>) {
        let response = answer(method, path).await.unwrap_err().to_response("");
        let allow = response.headers().get("allow").map(|allow| allow.to_str().unwrap().to_owned());
        (response.status().as_u16(), allow)
    }

    #[tokio::test]
    async fn a_request_is_answered_by_the_first_route_that_fits() {
        assert_eq!(answer("GET", "/").await.unwrap(), "GET list  ");
        assert_eq!(answer("POST", "/lambda-url/x/").await.unwrap(), "POST create  ");
        assert_eq!(answer("GET", "/trash").await.unwrap(), "GET trash  ");
        assert_eq!(answer("GET", "/7").await.unwrap(), "GET one 7 ");
        assert_eq!(answer("DELETE", "/trash").await.unwrap(), "DELETE delete trash ");
        let entry = format!("/7/entries/{ID}");
        assert_eq!(answer("GET", &entry).await.unwrap(), format!("GET entry 7 {ID}"));
    }

    #[tokio::test]
    async fn head_is_answered_as_get_is_unless_it_has_a_route_of_its_own() {
        assert_eq!(answer("HEAD", "/7").await.unwrap(), "HEAD one 7 ");
        let entry = format!("/7/entries/{ID}");
        assert_eq!(answer("HEAD", &entry).await.unwrap(), format!("HEAD entry's head 7 {ID}"));
    }

    #[tokio::test]
    async fn another_method_is_refused_with_those_of_the_path() {
        assert_eq!(refused("PUT", "/").await, (405, Some("GET, HEAD, POST".to_owned())));
        assert_eq!(refused("POST", "/trash").await, (405, Some("DELETE, GET, HEAD".to_owned())));
        assert_eq!(refused("DELETE", &format!("/7/entries/{ID}")).await, (405, Some("GET, HEAD".to_owned())));
    }

    #[tokio::test]
    async fn another_path_is_not_found_by_any_method() {
        for path in ["/7/entries", "/7/entries/x", "/7/x", &format!("/7/entries/{ID}/x")] {
            for method in ["GET", "HEAD", "POST", "DELETE", "PROPFIND"] {
                assert_eq!(refused(method, path).await, (404, None), "{method} {path}");
            }
        }
    }

    #[test]
    fn a_segment_of_another_type_is_not_found() {
        let params = params("/{id}", &["x"]).unwrap();
        assert_eq!(params.value::<Uuid>("id", "no such id").unwrap_err().detail(), "no such id");
    }
}
