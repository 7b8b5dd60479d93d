/**
 * The page's only style. Blue and orange are told apart by all common kinds of colour vision, and
 * every colour stands beside a word or a mark. Dark only on screens: paper is white.
 */
export const style = `
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#5b6570;--paper:#fff;--card:#f7f8fa;--line:#dfe3e8;--blue:#1f6fb2;--pale:#a9c9e6;--heat:#4f9fe0;--orange:#b85c00;--red:#b3261e;--band:rgba(31,111,178,.28)}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e7eaee;--soft:#98a2ad;--paper:#14171b;--card:#1c2026;--line:#30363e;--blue:#6cb2f0;--pale:#32567a;--heat:#2b76bd;--orange:#f0a24a;--red:#ff8a80;--band:rgba(108,178,240,.32)}}
*{box-sizing:border-box}
body{margin:0 auto;padding:2.5rem 1.25rem 4rem;max-width:76rem;background:var(--paper);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .3rem;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:2.6rem 0 .8rem;padding-top:.9rem;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:1.6rem 0 .5rem}
p{margin:.5rem 0;max-width:60rem}
code{font:.9em ui-monospace,"DejaVu Sans Mono",monospace}
.soft{color:var(--soft)}
header .facts{color:var(--soft);margin:0 0 .8rem}
blockquote{margin:1rem 0;padding:.6rem 1rem;border-left:4px solid var(--blue);background:var(--card);white-space:pre-wrap;overflow-wrap:anywhere}
nav{margin:1rem 0 0;font-size:.9rem}nav a{color:var(--blue);margin-right:1.1rem;text-decoration:none}
.chip{display:inline-block;white-space:nowrap;padding:.05rem .5rem;border:1px solid currentColor;border-radius:1rem;font-size:.8rem;font-weight:600}
.valid,.word-faster{color:var(--blue)}.wide,.word-same,.word-undecided{color:var(--soft)}.unstable,.throttled,.word-slower{color:var(--orange)}.invalid,.word-not-comparable{color:var(--red)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;min-width:40%}
th,td{padding:.34rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:middle}
thead th{color:var(--soft);font-weight:500;font-size:.82rem;white-space:nowrap;border-bottom:1px solid var(--soft)}
tbody th{font-weight:600;white-space:nowrap}tbody th small{font-weight:400;font-size:.78rem}
th.number,td.number{text-align:right;white-space:nowrap}
td strong{font-size:1.02rem}
table.map td,table.map th{padding:.22rem .5rem}
td.heat{min-width:3.1rem;text-align:center;font-size:.82rem;border:1px solid var(--paper);background:color-mix(in srgb,var(--heat) var(--v,0%),var(--card))}
th.cpu{text-align:center}
ul.reasons{list-style:none;padding:0;margin:1rem 0}ul.reasons li{margin:.45rem 0;max-width:60rem}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,28rem),1fr));gap:1rem 1.5rem}
figure{margin:.3rem 0;padding:.8rem .9rem .7rem;background:var(--card);border:1px solid var(--line);border-radius:.6rem}
figcaption{color:var(--soft);font-size:.82rem;line-height:1.4}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{font-size:12px;fill:var(--ink)}svg text.soft{fill:var(--soft)}
svg text.slow{fill:var(--orange);font-size:11px;font-weight:700}
.area{fill:var(--pale)}.band{fill:var(--band)}.track{fill:var(--pale)}
.axis{stroke:var(--soft);stroke-width:1}.grid{stroke:var(--line);stroke-width:1}
.mark{stroke:var(--soft);stroke-width:1.2;stroke-dasharray:3 3}.mark.strong{stroke:var(--blue);stroke-width:2;stroke-dasharray:none}
.dot{fill:var(--blue)}.dot.hollow{fill:var(--card);stroke:var(--blue);stroke-width:1.2}
.line{fill:var(--blue)}.pale{fill:var(--pale)}
.tick{fill:var(--orange)}.lane{fill:none}.lane.out{fill:var(--line);opacity:.6}
.curve{fill:none;stroke:var(--blue);stroke-width:2}.ideal{stroke:var(--soft);stroke-width:1.2;stroke-dasharray:5 4}
svg.bar{width:9rem;height:.7rem}svg.change{width:8.75rem;height:1rem}
details{margin:.6rem 0}summary{cursor:pointer;color:var(--blue);padding:.15rem 0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:0;font-size:.9rem}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1rem 2.5rem}
#methods{color:var(--soft);font-size:.9rem}#methods h2{color:var(--ink)}
@media print{body{max-width:none;padding:0;font-size:11px}nav{display:none}figure,tr,ul.reasons li{break-inside:avoid}h2,h3,summary{break-after:avoid}.scroll{overflow:visible}
details::details-content{content-visibility:visible;block-size:auto}td.heat,.chip{-webkit-print-color-adjust:exact;print-color-adjust:exact}.figures{grid-template-columns:1fr 1fr}}
`;
