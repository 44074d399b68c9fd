import { expect, it } from 'vitest';
import { plainText } from './plain-text.ts';

it.each([
  ['one<div>two</div><div><br></div><div>three</div>', 'one\ntwo\n\nthree'],
  ['<div>a &amp; b &lt;c&gt; &#8364; &#x20AC; &nope;</div>', 'a & b <c> € € &nope;'],
  ['a<br>b<br/>c', 'a\nb\nc'],
  ['<style>p{}</style>x\r\ny', 'x y'],
  ['<STYLE>never closed', ''],
  ['&#0;&#99999999;<', '\ufffd&#99999999;<'],
])('%s', (html, text) => {
  expect(plainText(html)).toBe(text);
});

it('takes no longer for what is made to take long', () => {
  for (const part of ['<', '<style>', '&', '<p', '</p>']) {
    expect(plainText(part.repeat(500_000)).length).toBeLessThanOrEqual(2 * part.length * 500_000);
  }
});
