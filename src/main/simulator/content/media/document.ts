/** A one-page PDF (ISO 32000-1) with a stream of any length in the middle: the part before it and the part after. */
export function pdfEnds(title: string, totalBytes: number): { readonly head: Buffer; readonly tail: Buffer } {
  const content = `BT /F1 24 Tf 72 700 Td (${title.replaceAll(/[^ -~]|[()\\]/g, '-')}) Tj ET`;
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
    `<</Length ${content.length}>>stream\n${content}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
  ];
  let head = '%PDF-1.4\n';
  const offsets: number[] = [];
  objects.forEach((body, index) => {
    offsets.push(head.length);
    head += `${index + 1} 0 obj\n${body}\nendobj\n`;
  });
  offsets.push(head.length);
  /** Ten digits, whatever the number: so the tail's length is known before the stream's is. */
  const ten = (value: number): string => String(value).padStart(10, '0');
  const open = (length: number): string => `6 0 obj\n<</Length ${ten(length)}>>stream\n`;
  const headBytes = head.length + open(0).length;
  const close = (at: number): string => {
    const entries = offsets.map((offset) => `${ten(offset)} 00000 n \n`).join('');
    const table = `xref\n0 7\n0000000000 65535 f \n${entries}`;
    return `\nendstream\nendobj\n${table}trailer\n<</Size 7/Root 1 0 R>>\nstartxref\n${ten(at)}\n%%EOF\n`;
  };
  const length = Math.max(0, totalBytes - headBytes - close(0).length);
  const tail = close(headBytes + length + '\nendstream\nendobj\n'.length);
  return { head: Buffer.from(head + open(length), 'latin1'), tail: Buffer.from(tail, 'latin1') };
}

export const SMALLEST_PDF = 1000;

/** A contact card (RFC 6350's ancestor, version 3, as iOS sends it). */
export function contactCard(person: { first: string; last: string; phone: string; email: string }): Buffer {
  const lines = [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `N:${person.last};${person.first};;;`,
    `FN:${person.first} ${person.last}`,
    `TEL;type=CELL;type=pref:${person.phone}`,
    `EMAIL;type=INTERNET:${person.email}`,
    'END:VCARD',
    '',
  ];
  return Buffer.from(lines.join('\r\n'), 'utf8');
}
