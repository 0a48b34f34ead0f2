/** The launcher's style, as a constructed sheet: a strict policy of the host page forbids style elements, not this. */

export const STYLE = `
:host{all:initial;position:fixed;z-index:2147483000;inset-block-end:16px;inset-inline-end:16px;color-scheme:light dark}
button{display:grid;place-items:center;position:relative;inline-size:48px;block-size:48px;margin:0;padding:0;border:0;border-radius:50%;background:#1f5fd0;color:#fff;cursor:pointer;box-shadow:0 2px 8px rgb(0 0 0/.3)}
button:focus-visible{outline:2px solid #1f5fd0;outline-offset:2px;box-shadow:0 0 0 2px #fff}
svg{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
span{position:absolute;inset-block-start:-4px;inset-inline-end:-4px;min-inline-size:20px;box-sizing:border-box;padding:0 4px;border-radius:10px;background:#c22727;color:#fff;font:600 12px/20px system-ui,sans-serif;text-align:center}
span:empty{display:none}
dialog{position:fixed;inset:auto;inset-block-end:76px;inset-inline-end:16px;margin:0;padding:0;border:1px solid #7a8594;border-radius:10px;overflow:hidden;inline-size:400px;block-size:min(var(--height,480px),100vh - 92px);max-inline-size:calc(100vw - 32px);max-block-size:none;background:#fff;box-shadow:0 8px 32px rgb(0 0 0/.25)}
iframe{display:block;inline-size:100%;block-size:100%;border:0}
@media (max-width:480px){dialog{inset:0;inline-size:100vw;block-size:100vh;block-size:100dvh;max-inline-size:none;border:0;border-radius:0}}
@media (prefers-color-scheme:dark){button{background:#2f6bdd}button:focus-visible{outline-color:#8fb8ff;box-shadow:0 0 0 2px #0e1116}dialog{background:#151a21}}
@media (forced-colors:active){button{border:2px solid ButtonText}}
@media print{:host{display:none}}
`;
