export * from './browser.cjs';
