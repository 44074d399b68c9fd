/** Apple's typedstream (NSArchiver), as far as Messages uses it: attributed texts. Pure, and safe on hostile input. */
export { type AttributedRun, type AttributedText, type AttributeValue, readAttributedText } from './attributed-text.ts';
export { salvageText } from './salvage.ts';
