export const hash = '038c3d12e097273c812233f7338afe8619ca14eddcef1cc286e735237104cf02';
export const section = 'nocodb-bitbucket-auth';
export const build = 'dfb784ef563d7527af6df9953bf9c550087ca11fb84a5844cb8f23467bb52df2';
export const key = Symbol.for('nocodb-bitbucket-auth/core.wasm/038c3d12e097273c812233f7338afe8619ca14eddcef1cc286e735237104cf02');
