export const hash = 'f2e3d0b53d796c3f40accd43fb8949c68e5735667fbcfee0398d516027efd99c';
export const section = 'nocodb-bitbucket-auth';
export const build = '6423220991b72f811d43e73eb8b6251c26659958e6ce9b723f0b36c992eefaf0';
export const key = Symbol.for('nocodb-bitbucket-auth/core.wasm/f2e3d0b53d796c3f40accd43fb8949c68e5735667fbcfee0398d516027efd99c');
