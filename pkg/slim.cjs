var __defProp=Object.defineProperty;var __getOwnPropDesc=Object.getOwnPropertyDescriptor;var __getOwnPropNames=Object.getOwnPropertyNames;var __hasOwnProp=Object.prototype.hasOwnProperty;var __export=(target,all)=>{for(var name in all)__defProp(target,name,{get:all[name],enumerable:true})};var __copyProps=(to,from,except,desc)=>{
if(from&&typeof from==="object"||typeof from==="function"){for(let key of __getOwnPropNames(from))if(!__hasOwnProp.call(
to,key)&&key!==except)__defProp(to,key,{get:()=>from[key],enumerable:!(desc=__getOwnPropDesc(from,key))||desc.enumerable})}
return to};var __toCommonJS=mod=>__copyProps(__defProp({},"__esModule",{value:true}),mod);var slim_exports={};
__export(slim_exports,{BitbucketAuthError:()=>import_oauth2.BitbucketAuthError,DEFAULT_SCOPES:()=>import_oauth2.DEFAULT_SCOPES,
OAuthClient:()=>import_oauth2.OAuthClient,createClient:()=>import_oauth2.createClient,expandScopes:()=>import_oauth2.expandScopes,
init:()=>init,missingScopes:()=>import_oauth2.missingScopes});module.exports=__toCommonJS(slim_exports);var import_oauth=require("./shared.cjs");
var import_oauth2=require("./shared.cjs");var init=source=>(0,import_oauth.init)(source);
