export * from './oauth.cjs';
