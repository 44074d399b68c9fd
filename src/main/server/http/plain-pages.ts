import type { ServerResponse } from 'node:http';
import { commonHeaders, newNonce, plainPolicy } from './headers.ts';

/** The few pages that the server writes itself, before the window's page may be seen. */

export function linkNeeded(response: ServerResponse): void {
  plainPage(response, 401, 'Open Backstop with its link', [
    'This page opens with the link that Backstop prints in the terminal. A link works once, for ten minutes.',
    'For a new one, press Enter in the terminal where “backstop serve” runs, or start it again.',
  ]);
}

export function linkRefused(response: ServerResponse): void {
  plainPage(response, 403, 'This link does not work any more', [
    'It was used already, or it is older than ten minutes.',
    'For a new one, press Enter in the terminal where “backstop serve” runs, or start it again.',
  ]);
}

export function refused(response: ServerResponse, status: number, why: string): void {
  plainPage(response, status, 'Backstop does not answer this', [why]);
}

export function loginPage(
  response: ServerResponse,
  problem: { readonly kind: 'none' | 'wrong' } | { readonly kind: 'wait'; readonly seconds: number },
): void {
  const nonce = newNonce();
  const said =
    problem.kind === 'wrong'
      ? 'That was not the password.'
      : problem.kind === 'wait'
        ? `Too many tries. Try again in ${problem.seconds} seconds.`
        : '';
  const status = problem.kind === 'wait' ? 429 : 401;
  // Without a referrer a browser says "Origin: null" of a form, and the form is refused.
  const referrer = { 'referrer-policy': 'same-origin' };
  if (problem.kind === 'wait') response.setHeader('retry-after', String(problem.seconds));
  const form = `<form method="post" action="/login"><label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required autofocus>
<button type="submit">Open Backstop</button></form>${said === '' ? '' : `<p role="alert">${said}</p>`}`;
  send(response, status, nonce, 'Backstop on another computer', form, referrer);
}

/**
 * Leads on to the window's page and leaves the key of the session in the storage of this origin. A page, not a redirect:
 * so that the next request comes from here, and a link clicked in another site's page works too.
 */
export function welcome(response: ServerResponse, key: string): void {
  const nonce = newNonce();
  const script = `try{localStorage.setItem('backstop-key',${JSON.stringify(key)})}catch{}location.replace('/')`;
  const body = `<p>Opening …</p><noscript><p>Backstop needs JavaScript in this browser.</p></noscript>
<script nonce="${nonce}">${script}</script>`;
  send(response, 200, nonce, 'Backstop', body);
}

function plainPage(response: ServerResponse, status: number, title: string, sentences: readonly string[]): void {
  send(response, status, newNonce(), title, sentences.map((sentence) => `<p>${sentence}</p>`).join('\n'));
}

/** Texts are of this file; nothing from a request is ever written into a page. */
function send(
  response: ServerResponse,
  status: number,
  nonce: string,
  title: string,
  body: string,
  more: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    ...commonHeaders,
    ...more,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': plainPolicy(nonce),
  });
  response.end(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style nonce="${nonce}">
body { margin: 18vh auto 0; max-width: 27rem; padding: 0 1.5rem; font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.25rem; font-weight: 600; }
form { display: grid; gap: .5rem; }
input, button { font: inherit; padding: .45rem .6rem; border: 1px solid GrayText; border-radius: .4rem; }
</style>
</head>
<body>
<h1>${title}</h1>
${body}
</body>
</html>
`);
}
