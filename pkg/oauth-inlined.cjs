var __defProp=Object.defineProperty;var __getOwnPropDesc=Object.getOwnPropertyDescriptor;var __getOwnPropNames=Object.getOwnPropertyNames;var __hasOwnProp=Object.prototype.hasOwnProperty;var __export=(target,all)=>{for(var name in all)__defProp(target,name,{get:all[name],enumerable:true})};var __copyProps=(to,from,except,desc)=>{
if(from&&typeof from==="object"||typeof from==="function"){for(let key of __getOwnPropNames(from))if(!__hasOwnProp.call(
to,key)&&key!==except)__defProp(to,key,{get:()=>from[key],enumerable:!(desc=__getOwnPropDesc(from,key))||desc.enumerable})}
return to};var __toCommonJS=mod=>__copyProps(__defProp({},"__esModule",{value:true}),mod);var oauth_inlined_exports={};
__export(oauth_inlined_exports,{BitbucketAuthError:()=>import_oauth.BitbucketAuthError,DEFAULT_SCOPES:()=>import_oauth.DEFAULT_SCOPES,
OAuthClient:()=>import_oauth.OAuthClient,createClient:()=>import_oauth.createClient,expandScopes:()=>import_oauth.expandScopes,
init:()=>import_oauth.init,missingScopes:()=>import_oauth.missingScopes});module.exports=__toCommonJS(oauth_inlined_exports);
var import_core_wasm=require("./inlined/core.wasm.js");var import_oauth=require("./shared.cjs");
