/** The page's own style: no font, image or script is loaded. Colour never stands alone: each state has a sign and a word. */
export const STYLE = `
:root { --bg: #ffffff; --fg: #1b1f24; --faint: #59636e; --line: #c8d1da; --box: #f4f6f8; --error: #b3261e; --warning: #8a5a00; --info: #0b5fa5; --good: #1a7f37 }
@media (prefers-color-scheme: dark) { :root { --bg: #14181d; --fg: #e3e8ee; --faint: #9aa7b4; --line: #3b4650; --box: #1d232a; --error: #ff8a80; --warning: #e9b44c; --info: #79b8ff; --good: #6fd08c } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 68rem; padding: 1.5rem 1rem 4rem; background: var(--bg); color: var(--fg); font: 16px/1.5 system-ui, sans-serif }
h1 { font-size: 1.6rem; margin: 0 } h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem } h3 { font-size: 1.05rem; margin: 0 }
p { margin: .4rem 0 } ul { margin: .4rem 0; padding-left: 1.2rem }
code, pre { font: .85rem/1.5 ui-monospace, monospace } code { overflow-wrap: anywhere }
pre { margin: .2rem 0 .6rem; padding: .5rem .7rem; background: var(--box); border: 1px solid var(--line); border-radius: 4px; white-space: pre-wrap; overflow-wrap: anywhere }
table { border-collapse: collapse; font-size: .9rem } th, td { text-align: left; vertical-align: top; padding: .2rem .9rem .2rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere }
.faint { color: var(--faint) } .error { color: var(--error) } .warning { color: var(--warning) } .info { color: var(--info) } .good { color: var(--good) }
.finding { border-left: 4px solid var(--line); padding: .2rem 0 .2rem 1rem; margin: 1.2rem 0 }
.finding.error { border-color: var(--error); color: inherit } .finding.warning { border-color: var(--warning); color: inherit } .finding.info { border-color: var(--info); color: inherit }
.scroll { overflow-x: auto }
svg { max-width: 100%; height: auto; font: 11px ui-monospace, monospace } svg text { fill: var(--fg) } svg .small { font-size: 9px; fill: var(--faint) } svg .name { font: 600 13px system-ui, sans-serif }
svg .box { fill: var(--box); stroke: var(--line) } svg .part { fill: var(--bg); stroke: var(--line) } svg .wire { stroke: var(--faint); fill: none }
svg .hit { stroke: var(--error); stroke-width: 2 } svg .badge text { fill: var(--bg); font: 600 10px system-ui, sans-serif } svg .badge.error rect { fill: var(--error) } svg .badge.warning rect { fill: var(--warning) } svg .badge.info rect { fill: var(--info) }
@media print { body { max-width: none } .finding, pre { break-inside: avoid } }
`;
