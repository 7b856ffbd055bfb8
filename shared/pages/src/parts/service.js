// The service behind the page: its addresses, its token, its answers and its problems.

/** Where the service stands, whether or not the page's own address ends in a slash. */
const root = new URL(location.pathname.replace(/\/?$/, '/'), location.origin);

class Problem extends Error {
  /** The status is 0 where no answer came; `isOwn` says that the answer was the service's own. */
  constructor(status, detail, isOwn = false) {
    super(detail);
    this.status = status;
    this.isOwn = isOwn;
    this.mayPass = [0, 401, 408, 409, 429].includes(status) || status >= 500;
  }
}

const NO_ANSWER = 'The service cannot be reached. Check your connection and try again.';
const PLAIN = {
  403: 'This address answers signed requests only, which a browser cannot send.',
  413: 'The file is too large for this service.',
  429: 'The service is busy. Try again in a moment.',
};

/** The problem that an answer tells: the service's own words, or ours where what stands before it refused. */
function problemOf(status, text) {
  try {
    const { detail, request_id } = JSON.parse(text);
    // The log has the cause of an error under its request's id; what the sender did wrong is all in the
    // detail.
    if (detail) return new Problem(status, status < 500 ? detail : `${detail} (request ${request_id})`, true);
  } catch {
    // Not JSON, so not from the service itself.
  }
  return new Problem(status, PLAIN[status] ?? `The service answered with an error (${status}). Try again.`);
}

/**
 * Sends a request, asks for a token if needed, and returns the answer: its JSON, or its text if asked, and
 * its ETag.
 */
async function call(method, path, { asText = false, ...upload } = {}) {
  for (;;) {
    const { status, text, etag } = await send(method, new URL(path, root), upload);
    if (status >= 200 && status < 300) {
      return asText ? { status, text } : { status, etag, value: text ? JSON.parse(text) : null };
    }
    const problem = problemOf(status, text);
    if (status !== 401 || !(await askForToken(problem.message))) throw problem;
  }
}

/** Not `fetch`, which tells nothing of an upload's progress. */
function send(method, url, { body, headers = {}, onProgress, signal } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.setRequestHeader('Accept', 'application/json');
    const token = sessionStorage.getItem(TOKEN);
    if (token) request.setRequestHeader('Authorization', `Bearer ${token}`);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    if (onProgress) request.upload.onprogress = (event) => onProgress(event.loaded / event.total);
    request.onload = () => resolve({
      status: request.status, text: request.responseText, etag: request.getResponseHeader('ETag'),
    });
    request.onerror = () => reject(new Problem(0, NO_ANSWER));
    request.onabort = () => reject(new Problem(0, 'The request was given up.'));
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.send(body);
  });
}

const TOKEN = 'access-token';
let asking = null;

/** Takes over the token that a site hands on behind the #, which no server sees and no history keeps. */
function takeHandedToken() {
  const handed = new URLSearchParams(location.hash.slice(1)).get('token');
  if (!handed) return;
  sessionStorage.setItem(TOKEN, handed);
  history.replaceState(null, '', location.pathname + location.search);
}

/** Asks for a token once, however many requests want it; gives whether there is one now. */
function askForToken(why) {
  asking ??= tokenGiven(why).finally(() => { asking = null; });
  return asking;
}

async function tokenGiven(why) {
  sessionStorage.removeItem(TOKEN);
  byId('token-text').replaceChildren(outside(why));
  byId('token').value = '';
  const given = await confirmed('token-dialog');
  if (given) sessionStorage.setItem(TOKEN, byId('token').value);
  byId('forget-token').hidden = !given;
  return given;
}
