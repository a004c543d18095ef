export default Symbol.for('nocodb-bitbucket-auth/core.wasm/6386fca625563b736a2bf41bc3ef707dba13d2be03f497f406a2543d720ce08e');
export const hash = '6386fca625563b736a2bf41bc3ef707dba13d2be03f497f406a2543d720ce08e';
export const section = 'nocodb-bitbucket-auth';
export const build = '70f69f17f3dc08fb957e6966b30254e5e2cc80a19e7fe26a43cd636603e2f62c';
