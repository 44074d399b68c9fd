import { describe, expect, it } from 'vitest';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import { encodePlist, type PlistLimits, PlistReal, PlistUid, type PlistValue, parsePlist } from './index.ts';

const DOCTYPE =
  '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">';

const xml = (body: string, head = `<?xml version="1.0" encoding="UTF-8"?>\n${DOCTYPE}\n`) =>
  Buffer.from(`${head}<plist version="1.0">${body}</plist>\n`);

const read = (body: string, limits?: PlistLimits) => parsePlist(xml(body), limits);

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (isBackstopError(error)) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

describe('reading XML property lists', () => {
  it('reads every element', () => {
    const value = read(`
      <dict>
        <key>text</key><string> a &lt;b&gt; &amp; &quot;c&quot; &apos;d&apos; &#233;&#x1F600; </string>
        <key>cdata</key><string>1<![CDATA[<2>&amp;]]>3<!-- no -->4</string>
        <key>empty</key><string/>
        <key>int</key><integer>-42</integer>
        <key>plus</key><integer> +7 </integer>
        <key>hex</key><integer>0xFF</integer>
        <key>big</key><integer>18446744073709551615</integer>
        <key>real</key><real>2.0</real>
        <key>exp</key><real>-1.5e-3</real>
        <key>inf</key><real>+infinity</real>
        <key>yes</key><true/>
        <key>no</key><false></false>
        <key>date</key><date>2011-12-13T14:15:16Z</date>
        <key>data</key><data>
          AQID
          BA==
        </data>
        <key>list</key><array><integer>1</integer><array/><dict/></array>
        <key>uid</key><dict><key>CF$UID</key><integer>7</integer></dict>
      </dict>`);
    expect(value).toEqual(
      Object.assign(Object.create(null), {
        text: ' a <b> & "c" \'d\' é😀 ',
        cdata: '1<2>&amp;34',
        empty: '',
        int: -42,
        plus: 7,
        hex: 255,
        big: 18_446_744_073_709_551_615n,
        real: new PlistReal(2),
        exp: new PlistReal(-0.0015),
        inf: new PlistReal(Infinity),
        yes: true,
        no: false,
        date: new Date('2011-12-13T14:15:16Z'),
        data: Buffer.from([1, 2, 3, 4]),
        list: [1, [], Object.create(null)],
        uid: new PlistUid(7),
      }),
    );
  });

  it('keeps hostile keys as plain keys', () => {
    const value = read('<dict><key>__proto__</key><dict><key>a</key><true/></dict></dict>');
    expect(Object.getPrototypeOf(value)).toBe(null);
    expect(Object.keys(value as object)).toEqual(['__proto__']);
  });

  it('reads what stands after a byte-order mark, white space or nothing at all', () => {
    for (const head of ['', '\ufeff', '\n\t ', '\ufeff<?xml version="1.0"?>\n<!-- comment > with an end -->']) {
      expect(parsePlist(xml('<true/>', head))).toBe(true);
    }
    const utf16 = Buffer.from(`\ufeff<plist><string>é</string></plist>`, 'utf16le');
    expect(parsePlist(utf16)).toBe('é');
    expect(parsePlist(Buffer.from(utf16).swap16())).toBe('é');
  });

  it('turns raw control characters into spaces, as phones send them in names', () => {
    expect(read('<string>Ada\u0001s\u0000 iPhone\u001f\t\r\n</string>')).toBe('Ada s  iPhone \t\r\n');
    expect(read('<string>&#1;&#0;&#xD800;&#x110000;</string>')).toBe('  \ufffd\ufffd');
  });

  it.each([
    ['nothing', ''],
    ['two values', '<true/><true/>'],
    ['text outside of elements', 'x<true/>'],
    ['text in a list', '<array>x</array>'],
    ['an unknown element', '<set/>'],
    ['a name that only starts like a known one', '<array2/>'],
    ['elements in capitals', '<TRUE/>'],
    ['a wrong closing tag', '<array></dict>'],
    ['a closing tag without its opening', '</array>'],
    ['an element in a text', '<string>a<b/></string>'],
    ['a text that does not end', '<string>a'],
    ['a key outside a dictionary', '<array><key>a</key></array>'],
    ['two keys in a row', '<dict><key>a</key><key>b</key><true/></dict>'],
    ['a key without a value', '<dict><key>a</key></dict>'],
    ['a value without a key', '<dict><true/></dict>'],
    ['an unknown entity', '<string>&eacute;</string>'],
    ['a lonely ampersand', '<string>a & b</string>'],
    ['an integer with a fraction', '<integer>1.5</integer>'],
    ['an empty integer', '<integer/>'],
    ['an integer of a thousand digits', `<integer>${'9'.repeat(1000)}</integer>`],
    ['an integer beyond 128 bits', '<integer>340282366920938463463374607431768211456</integer>'],
    ['a real that is a word', '<real>two</real>'],
    ['data that is no base64', '<data>%%%</data>'],
    ['a date without a zone', '<date>2011-12-13T14:15:16</date>'],
    ['a date in the 13th month', '<date>2011-13-13T14:15:16Z</date>'],
  ])('refuses %s', (_what, body) => {
    expect(codeOf(() => read(body))).toBe('formats/bad-plist');
  });

  it('refuses document types with definitions, and every other document', () => {
    const bomb = '<!DOCTYPE plist [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>';
    const external = '<!DOCTYPE plist [<!ENTITY x SYSTEM "file:///etc/passwd">]>';
    expect(codeOf(() => parsePlist(xml('<string>&b;</string>', bomb)))).toBe('formats/bad-plist');
    expect(codeOf(() => parsePlist(xml('<string>&x;</string>', external)))).toBe('formats/bad-plist');
    expect(codeOf(() => parsePlist(xml('<true/>', '<!DOCTYPE plist [ ]>')))).toBe('formats/bad-plist');
    for (const text of ['<html></html>', '<plist/>', '{ a = 1; }', 'hello', '', '<', '<!', '<?', '<!--', '\ufeff']) {
      expect(
        codeOf(() => parsePlist(Buffer.from(text))),
        text,
      ).toBe('formats/bad-plist');
    }
  });

  it('refuses every truncation of a good file', () => {
    const good = encodePlist({ a: [1, 2.5, 'text', Buffer.alloc(20)], b: { c: new Date(0) } }, 'xml');
    const end = good.lastIndexOf('>');
    for (let length = 0; length <= end; length += 1) {
      expect(
        codeOf(() => parsePlist(good.subarray(0, length))),
        `${length} bytes`,
      ).toBe('formats/bad-plist');
    }
  });

  it('holds its limits, without recursion', () => {
    const deep = (levels: number) => `${'<array>'.repeat(levels)}${'</array>'.repeat(levels)}`;
    expect(codeOf(() => read(deep(64)))).toBe('nothing thrown');
    expect(codeOf(() => read(deep(65)))).toBe('formats/bad-plist');
    expect(codeOf(() => read(deep(1_000_000)))).toBe('formats/bad-plist');
    expect(codeOf(() => read('<array><true/><true/></array>', { maxObjects: 2 }))).toBe('formats/plist-too-large');
    expect(codeOf(() => read('<true/>', { maxBytes: 10 }))).toBe('formats/plist-too-large');
  });

  it('reads a large text in linear time', () => {
    const comments = '<!-- x -->'.repeat(20_000);
    const entities = '&amp;'.repeat(200_000);
    expect(read(`${comments}<string>${entities}</string>`)).toBe('&'.repeat(200_000));
  });

  it('never throws anything but its own errors, whatever bytes are flipped', () => {
    const good = encodePlist(
      { a: [1, -1, new PlistReal(2), 'te&xt', Buffer.alloc(20)], b: { c: new Date(0), u: new PlistUid(3) } },
      'xml',
    );
    let seed = 7;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    for (let round = 0; round < 3000; round += 1) {
      const bytes = Buffer.from(good);
      for (let flips = 1 + random(3); flips > 0; flips -= 1) bytes[random(bytes.length)] = random(256);
      expect(['nothing thrown', 'formats/bad-plist']).toContain(codeOf(() => parsePlist(bytes)));
    }
  });
});

describe('writing XML property lists', () => {
  it('writes as Apple does', () => {
    const value = { a: 1, r: new PlistReal(2), t: '<&>', l: [true, {}], d: Buffer.from('abc'), w: new Date(1e12) };
    expect(encodePlist(value, 'xml').toString()).toBe(`<?xml version="1.0" encoding="UTF-8"?>
${DOCTYPE}
<plist version="1.0">
<dict>
	<key>a</key>
	<integer>1</integer>
	<key>r</key>
	<real>2.0</real>
	<key>t</key>
	<string>&lt;&amp;&gt;</string>
	<key>l</key>
	<array>
		<true/>
		<dict/>
	</array>
	<key>d</key>
	<data>
	YWJj
	</data>
	<key>w</key>
	<date>2001-09-09T01:46:40Z</date>
</dict>
</plist>
`);
  });

  it('gives back what it was given', () => {
    const value = {
      'key & <co>': ['', ' spaces ', 'line\r\nbreak\r', '😀', 'é'],
      numbers: [0, -1, 2n ** 53n, -(2n ** 63n), 2n ** 64n - 1n],
      reals: [0.1, -0, 1e21, 1e-7, 123_456_789, Number.NaN, Infinity, -Infinity].map((real) => new PlistReal(real)),
      data: Buffer.from(Array.from({ length: 300 }, (_, index) => index % 256)),
      uid: new PlistUid(70_000),
      many: Array.from({ length: 20_000 }, (_, index) => index),
    };
    expect(parsePlist(encodePlist(value, 'xml'))).toEqual(Object.assign(Object.create(null), value));
  });

  it('replaces what XML cannot carry', () => {
    expect(encodePlist('a\r\nb', 'xml').toString()).toContain('<string>a&#13;\nb</string>');
    expect(parsePlist(encodePlist('a\u0000b\u001bc\ud800d\uffffe', 'xml'))).toBe('a\ufffdb\ufffdc\ufffdd\ufffde');
  });

  it('refuses what the format cannot hold', () => {
    const cyclic: PlistValue[] = [];
    cyclic.push(cyclic);
    for (const value of [cyclic, null, undefined, () => 1, new Date(Number.NaN), new Date(8.64e15), { a: undefined }]) {
      expect(codeOf(() => encodePlist(value as PlistValue, 'xml'))).toBe('formats/unencodable-plist');
    }
  });
});
