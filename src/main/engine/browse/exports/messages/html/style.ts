/**
 * How a conversation looks: the colours are those of the app, the rest is what every message app has. It stands in every
 * page, so that a page that is moved away from its folder still reads well; no font, picture or script is fetched.
 */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--subtle:#f7f8f9;--line:rgba(18,26,38,.12);--text:#15181c;--text-2:#4a515a;--text-3:#646b75;
--link:#234fc1;--in:#e9ebee;--in-text:#15181c;--out:#2a5bd7;--out-text:#fff;--out-2:#e2eaff;--card:#fff;--warn:#855000}
@media (prefers-color-scheme:dark){:root{--bg:#1b1d20;--subtle:#25282c;--line:rgba(255,255,255,.16);--text:#f1f3f5;--text-2:#bec4cb;
--text-3:#9ba2ab;--link:#8fb0ff;--in:#33373c;--in-text:#f1f3f5;--out:#3565db;--out-text:#fff;--out-2:#e2eaff;--card:#25282c;--warn:#f2be62}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:15px/1.4 -apple-system,BlinkMacSystemFont,"Segoe UI Variable Text","Segoe UI",
Inter,"Noto Sans","Noto Sans Arabic","Noto Sans CJK SC","Apple Color Emoji","Segoe UI Emoji","Noto Color Emoji",system-ui,sans-serif}
a{color:var(--link)}
header,main,footer,nav{max-width:760px;margin:0 auto;padding-left:20px;padding-right:20px}
header{padding-top:28px;padding-bottom:16px;border-bottom:1px solid var(--line)}
h1{font-size:24px;line-height:1.25;margin:0 0 4px;overflow-wrap:anywhere}
header p,footer p{margin:0;color:var(--text-2);font-size:13px;overflow-wrap:anywhere}
nav{display:flex;flex-wrap:wrap;gap:6px 14px;padding-top:14px;font-size:13px}
nav b{color:var(--text-2)}
main{display:flex;flex-direction:column;padding-top:8px;padding-bottom:32px}
footer{padding-top:16px;padding-bottom:40px;border-top:1px solid var(--line)}
.day{font-size:12px;font-weight:600;color:var(--text-3);text-align:center;margin:24px 0 8px}
.event{align-self:center;max-width:80%;text-align:center;color:var(--text-3);font-size:12px;margin:8px 0;overflow-wrap:anywhere}
.entry{display:flex;flex-direction:column;align-items:flex-start;max-width:min(78%,520px);margin-top:3px;align-self:flex-start}
.entry.first{margin-top:10px}
.entry.me{align-self:flex-end;align-items:flex-end}
.name{font-size:12px;color:var(--text-3);margin:0 13px 2px;overflow-wrap:anywhere}
.bubble{background:var(--in);color:var(--in-text);border-radius:17px;padding:7px 13px;margin:0 0 2px;overflow-wrap:anywhere;white-space:pre-wrap;max-width:100%}
.me .bubble{background:var(--out);color:var(--out-text)}
.bubble a,.bubble .mention{color:inherit}
.me .bubble a{color:var(--out-text)}
.bubble.big{background:none;color:var(--text);font-size:40px;line-height:1.2;padding:2px 4px}
.remark{font-style:italic;color:var(--text-2);background:none;border:1px dashed var(--line)}
.me .bubble.remark{color:var(--text-2);background:none}
.quote{display:block;max-width:100%;font-size:12px;color:var(--text-2);border-inline-start:3px solid var(--line);padding:1px 9px;margin:2px 8px 4px;
text-decoration:none;overflow-wrap:anywhere}
.quote b{font-weight:600}
.media{margin:0 0 2px;max-width:100%}
.media img,.media video{display:block;max-width:100%;max-height:420px;border-radius:15px;background:var(--subtle)}
.media.sticker img{max-width:140px;max-height:140px;border-radius:0;background:none}
.media audio{display:block;width:300px;max-width:100%}
.media figcaption{font-size:11px;color:var(--text-3);margin:2px 8px 0;overflow-wrap:anywhere}
.card{display:block;background:var(--card);color:var(--text);border:1px solid var(--line);border-radius:13px;padding:9px 13px;margin:0 0 2px;
max-width:100%;text-decoration:none;overflow-wrap:anywhere}
.card b,.card span{display:block}
.card span{font-size:12px;color:var(--text-2)}
.card img{display:block;max-width:calc(100% + 26px);max-height:260px;margin:-9px -13px 8px;border-radius:12px 12px 0 0}
.card.gone{border-style:dashed}
.taps{display:flex;flex-wrap:wrap;gap:4px;list-style:none;margin:0 6px 2px;padding:0;font-size:12px}
.taps li{background:var(--subtle);border:1px solid var(--line);border-radius:999px;padding:0 8px;color:var(--text-2)}
.meta{font-size:11px;color:var(--text-3);margin:0 8px}
.meta .mark{color:var(--warn)}
.edits{font-size:12px;color:var(--text-2);margin:0 8px 2px;max-width:100%}
.edits ol{margin:2px 0 4px;padding-inline-start:20px;white-space:pre-wrap;overflow-wrap:anywhere}
.list{list-style:none;margin:0;padding:0}
.list li{border-bottom:1px solid var(--line)}
.list a{display:flex;justify-content:space-between;gap:16px;padding:11px 0;color:inherit;text-decoration:none}
.list b{display:block;font-size:15px;font-weight:600;color:var(--text);overflow-wrap:anywhere}
.list span{font-size:13px;color:var(--text-2)}
.list .when{white-space:nowrap}
@media (max-width:480px){header,main,footer,nav{padding-left:12px;padding-right:12px}.entry{max-width:88%}.media img,.media video{max-height:300px}}
@page{margin:16mm 14mm 18mm;@bottom-center{content:counter(page) " / " counter(pages);font:9pt sans-serif;color:#646b75}}
@media print{:root{color-scheme:light;--bg:#fff;--subtle:#f7f8f9;--line:rgba(18,26,38,.2);--text:#000;--text-2:#4a515a;--text-3:#646b75;
--link:#234fc1;--in:#e9ebee;--in-text:#15181c;--out:#2a5bd7;--card:#fff;--warn:#855000}
body{font-size:11pt}header,main,footer{padding-left:0;padding-right:0}main{display:block}nav,.media audio{display:none}
.entry{display:block;max-width:none;margin-right:20%}.entry.me{margin-right:0;margin-left:20%}.entry>*{width:fit-content}.entry.me>*{margin-left:auto}
.event{margin-left:auto;margin-right:auto}
.day,.name,.quote{break-after:avoid}.media,.card,.edits li{break-inside:avoid}.media img,.media video{max-height:8cm}
.bubble,.taps li,.card{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`;
