import { describe, expect, it } from 'vitest';
import { csvText } from './csv.ts';

describe('comma-separated values', () => {
  it('quote what has to be, and run nothing', () => {
    const text = csvText(
      ['A', 'B'],
      [
        ['x,"y"\n', null],
        ['=HYPERLINK("http://x")', '+41 44 123'],
        [true, 3],
      ],
    );
    expect(text).toBe('\u{feff}A,B\r\n"x,""y""\n",\r\n"\'=HYPERLINK(""http://x"")",+41 44 123\r\ntrue,3\r\n');
  });
});
