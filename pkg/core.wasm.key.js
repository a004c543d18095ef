export default Symbol.for('nocodb-bitbucket-auth/core.wasm/c41ce6b6267099350328649f4c8679da1055c95335fda260047d8dee970f8df8');
export const hash = 'c41ce6b6267099350328649f4c8679da1055c95335fda260047d8dee970f8df8';
export const section = 'nocodb-bitbucket-auth';
export const build = 'ec6b6481153e752a6ff40bfb0dd939cc26e46d75453421b2df1bcd3fb086e8d0';
