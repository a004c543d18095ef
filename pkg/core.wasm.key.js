export const hash = '1771f3784778ccd80cd76120d9e47ad58adcc1119af6d7a6e6c08b917ce487b4';
export const section = 'nocodb-bitbucket-auth';
export const build = '1b0ef1ddb32b7d825301a8213448f5480dbbee0d91474fd17743e960fa5a6b25';
export const key = Symbol.for('nocodb-bitbucket-auth/core.wasm/1771f3784778ccd80cd76120d9e47ad58adcc1119af6d7a6e6c08b917ce487b4');
