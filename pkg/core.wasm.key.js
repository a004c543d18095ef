export default Symbol.for('nocodb-bitbucket-auth/core.wasm/6016fdbc6996d16b6522250e57f41f16b675b88c8b64f3d4e7932e8ec7de6125');
export const hash = '6016fdbc6996d16b6522250e57f41f16b675b88c8b64f3d4e7932e8ec7de6125';
export const section = 'nocodb-bitbucket-auth';
export const build = '561dbb4d0e67e30d1bfce331e73cf2399cc371d9055bd11f171c81457f042bfc';
