//! A headless Chromium, driven by the WebDriver protocol (W3C WebDriver, Level 2).

use std::io::{BufRead, BufReader, ErrorKind};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures_util::FutureExt;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

/// Under this name WebDriver gives an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// Longest time that the page may take for one step on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

const STANDS_IN_ORDER: &str = "(() => {
  const rect = (node, at) => {
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    return range.getBoundingClientRect();
  };
  // The left end of an element on its first or its last line.
  const onLine = (element, line) => {
    const rects = [...element.getClientRects()].sort((one, other) => one.top - other.top);
    const { top } = rects.at(line);
    const beside = rects.filter((other) => Math.abs(other.top - top) < 4);
    return beside.sort((one, other) => one.left - other.left)[0];
  };
  const follows = (one, other) => other.top > one.top + 4 || other.left >= one.left - 1;
  return [...document.querySelectorAll('SELECTOR')].every((element) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_ALL);
    let last = null;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const isText = node.nodeType === Node.TEXT_NODE;
      if (isText && (node.parentElement.closest('bdi') || !node.data.trim())) continue;
      if (!isText && node.localName !== 'bdi') continue;
      const begin = isText ? rect(node, node.data.search(/\\S/)) : onLine(node, 0);
      const end = isText ? rect(node, node.data.trimEnd().length - 1) : onLine(node, -1);
      if (!follows(begin, end) || (last && !follows(last, begin))) return false;
      last = end;
    }
    return last !== null;
  });
})()";

/// A browser with one window.
pub struct Browser {
    driver: Driver,
    session: String,
}

/// Runs a test in a browser, which is closed whatever becomes of the test. Says why where there is none.
pub async fn with_browser(test: impl AsyncFnOnce(&Browser)) {
    let browser = match Browser::start().await {
        Ok(browser) => browser,
        Err(reason) => return support::skipped(reason),
    };
    let outcome = std::panic::AssertUnwindSafe(test(&browser)).catch_unwind().await;
    let closed = browser.driver.send("DELETE", &format!("/session/{}", browser.session), None).await;
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
    closed.unwrap();
}

impl Browser {
    async fn start() -> Result<Self, String> {
        let driver = Driver::start()?;
        let flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--window-size=1280,900",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ];
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": flags},
            "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let session = driver.send("POST", "/session", Some(capabilities)).await?;
        let session = session["sessionId"].as_str().ok_or("chromedriver gave no session")?.to_owned();
        Ok(Self { driver, session })
    }

    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let path = format!("/session/{}/{path}", self.session);
        self.driver.send(method, &path, body).await.unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// Opens an address.
    pub async fn open(&self, url: &str) {
        self.ask("POST", "url", Some(json!({"url": url}))).await;
    }

    /// Does something to the first element of a selector; once more where the page drew it anew in between.
    async fn act(&self, selector: &str, action: &str, body: Value) {
        let using = json!({"using": "css selector", "value": selector});
        let once = async || {
            let found = self.ask("POST", "element", Some(using.clone())).await;
            let element = found[ELEMENT].as_str().unwrap();
            let path = format!("/session/{}/element/{element}/{action}", self.session);
            self.driver.send("POST", &path, Some(body.clone())).await
        };
        let done = match once().await {
            Err(error) if error.starts_with("stale element reference") => once().await,
            done => done,
        };
        done.unwrap_or_else(|error| panic!("{action} {selector}: {error}"));
    }

    /// Clicks the first element of a selector.
    pub async fn click(&self, selector: &str) {
        self.act(selector, "click", json!({})).await;
    }

    /// Types into an element; into a file's input the path of a file.
    pub async fn fill(&self, selector: &str, text: &str) {
        self.act(selector, "value", json!({"text": text})).await;
    }

    /// Presses keys one after the other, wherever the focus is. Keys without a character have one of
    /// WebDriver's (its section 17.4.2), such as U+E00C for Escape.
    pub async fn press(&self, keys: &str) {
        let actions: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                ["keyDown", "keyUp"].map(|action| json!({"type": action, "value": key.to_string()}))
            })
            .collect();
        let body = json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]});
        self.ask("POST", "actions", Some(body)).await;
    }

    /// Makes the page so many pixels of CSS wide and high.
    pub async fn resize(&self, width: u32, height: u32) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Sets a feature of media queries, such as `prefers-color-scheme`.
    pub async fn prefer(&self, feature: &str, value: &str) {
        let features = json!({"features": [{"name": feature, "value": value}]});
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    async fn devtools(&self, command: &str, params: Value) {
        let body = json!({"cmd": command, "params": params});
        self.ask("POST", "goog/cdp/execute", Some(body)).await;
    }

    /// Runs statements in the page, whatever its policy forbids itself.
    pub async fn run(&self, script: &str) {
        self.ask("POST", "execute/sync", Some(json!({"script": script, "args": []}))).await;
    }

    /// The value with which statements in the page call `done`.
    pub async fn later(&self, script: &str) -> Value {
        let script = format!("const done = arguments[0];\n{script}");
        self.ask("POST", "execute/async", Some(json!({"script": script, "args": []}))).await
    }

    /// The value of an expression in the page.
    pub async fn value(&self, expression: &str) -> Value {
        let script = format!("return {expression}");
        self.ask("POST", "execute/sync", Some(json!({"script": script, "args": []}))).await
    }

    /// Waits until an expression in the page is true.
    pub async fn wait_for(&self, expression: &str) {
        let waited = tokio::time::timeout(PATIENCE, async {
            while self.value(expression).await != true {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        if waited.await.is_err() {
            panic!("never came true: {expression}\n{}", self.value("document.body.innerText").await);
        }
    }

    /// The text of the element with an id, as it is shown.
    pub async fn text(&self, id: &str) -> String {
        let value = self.value(&format!("document.getElementById('{id}').innerText")).await;
        value.as_str().unwrap().to_owned()
    }

    /// Whether all text within a selector's elements runs from left to right but for the parts isolated in
    /// `<bdi>`: each text node's first character is left of its last, and each node is left of the next one
    /// on its line.
    pub async fn stands_in_order(&self, selector: &str) -> bool {
        self.value(&STANDS_IN_ORDER.replace("SELECTOR", selector)).await == true
    }

    /// Asserts that the browser has no message about the page (what its policy forbade, and errors) but what
    /// it writes of each answer that is an error.
    pub async fn assert_no_complaints(&self) {
        let entries = self.ask("POST", "se/log", Some(json!({"type": "browser"}))).await;
        let messages = entries.as_array().unwrap().iter().map(|entry| entry["message"].to_string());
        let other: Vec<_> =
            messages.filter(|message| !message.contains("server responded with a status")).collect();
        assert!(other.is_empty(), "{other:?}");
    }

    /// The window as a PNG.
    pub async fn screenshot(&self) -> Vec<u8> {
        let picture = self.ask("GET", "screenshot", None).await;
        BASE64_STANDARD.decode(picture.as_str().unwrap()).unwrap()
    }
}

struct Driver {
    process: Child,
    port: u16,
    /// The browser's profile, which has to be empty.
    _home: tempfile::TempDir,
}

impl Driver {
    fn start() -> Result<Self, String> {
        let home = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .env("HOME", home.path())
            .env("TMPDIR", home.path())
            .current_dir(Path::new("/"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| match error.kind() {
                ErrorKind::NotFound => "there is no chromedriver on the PATH".to_owned(),
                _ => format!("chromedriver cannot be run: {error}"),
            })?;
        let output = process.stdout.take().ok_or("chromedriver has no output")?;
        let started = "was started successfully on port ";
        let port = BufReader::new(output).lines().map_while(Result::ok).find_map(|line| {
            line.split_once(started).and_then(|(_, port)| port.trim_end_matches('.').parse().ok())
        });
        let driver = |port| Self { process, port, _home: home };
        port.map(driver).ok_or_else(|| "chromedriver did not start".to_owned())
    }

    async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Result<Value, String> {
        let text = body.map(|body| body.to_string()).unwrap_or_default();
        let request = hyper::Request::builder()
            .method(method)
            .uri(path)
            .header("host", format!("127.0.0.1:{}", self.port))
            .body(Full::new(Bytes::from(text)))
            .map_err(|error| error.to_string())?;
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await.map_err(|error| error.to_string())?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| error.to_string())?;
        tokio::spawn(connection);
        let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
        let body = response.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
        let mut answer: Value = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
        let value = answer["value"].take();
        match value["error"].as_str() {
            Some(error) => Err(format!("{error}: {}", value["message"])),
            None => Ok(value),
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Its end is all that is asked, so neither can tell anything of use.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
