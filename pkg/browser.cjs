var __defProp=Object.defineProperty;var __getOwnPropDesc=Object.getOwnPropertyDescriptor;var __getOwnPropNames=Object.getOwnPropertyNames;var __hasOwnProp=Object.prototype.hasOwnProperty;var __export=(target,all)=>{for(var name in all)__defProp(target,name,{get:all[name],enumerable:true})};var __copyProps=(to,from,except,desc)=>{
if(from&&typeof from==="object"||typeof from==="function"){for(let key2 of __getOwnPropNames(from))if(!__hasOwnProp.call(
to,key2)&&key2!==except)__defProp(to,key2,{get:()=>from[key2],enumerable:!(desc=__getOwnPropDesc(from,key2))||desc.enumerable})}
return to};var __toCommonJS=mod=>__copyProps(__defProp({},"__esModule",{value:true}),mod);var browser_exports={};
__export(browser_exports,{BitbucketAuthError:()=>import_error5.BitbucketAuthError,authorizeInPopup:()=>authorizeInPopup,
beginRedirect:()=>beginRedirect,completeRedirect:()=>completeRedirect,createClient:()=>createClient,init:()=>init});module.
exports=__toCommonJS(browser_exports);var import_page_core_wasm=require("./inlined/page-core.wasm.js");var page_core_bg_default=()=>{var glue=(()=>{var __defProp2=Object.defineProperty;var __getOwnPropDesc2=Object.getOwnPropertyDescriptor;
var __getOwnPropNames2=Object.getOwnPropertyNames;var __hasOwnProp2=Object.prototype.hasOwnProperty;var __export2=(target,all)=>{
for(var name in all)__defProp2(target,name,{get:all[name],enumerable:true})};var __copyProps2=(to,from,except,desc)=>{if(from&&
typeof from==="object"||typeof from==="function"){for(let key2 of __getOwnPropNames2(from))if(!__hasOwnProp2.call(to,key2)&&
key2!==except)__defProp2(to,key2,{get:()=>from[key2],enumerable:!(desc=__getOwnPropDesc2(from,key2))||desc.enumerable})}
return to};var __toCommonJS2=mod=>__copyProps2(__defProp2({},"__esModule",{value:true}),mod);var stdin_exports={};__export2(
stdin_exports,{ArgumentProblem:()=>ArgumentProblem,OAuthCore:()=>OAuthCore,__wbg_Error_208446807d0d1e30:()=>__wbg_Error_208446807d0d1e30,
__wbg___wbindgen_string_get_7ce8eee7fd327545:()=>__wbg___wbindgen_string_get_7ce8eee7fd327545,__wbg___wbindgen_throw_4c88d8bf264fd984:()=>__wbg___wbindgen_throw_4c88d8bf264fd984,
__wbg_call_e55540e1e1d8271f:()=>__wbg_call_e55540e1e1d8271f,__wbg_encodeInto_f84fe2e682efb4b5:()=>__wbg_encodeInto_f84fe2e682efb4b5,
__wbg_getRandomValues_07f3179f2d015362:()=>__wbg_getRandomValues_07f3179f2d015362,__wbg_length_e83e819f48c774e4:()=>__wbg_length_e83e819f48c774e4,
__wbg_new_37eb45aaf5eeb820:()=>__wbg_new_37eb45aaf5eeb820,__wbg_new_cd4348290afae586:()=>__wbg_new_cd4348290afae586,__wbg_new_ff4f629e907a6b0e:()=>__wbg_new_ff4f629e907a6b0e,
__wbg_set_d2d33b52458e984a:()=>__wbg_set_d2d33b52458e984a,__wbg_set_e4b9a833d288759a:()=>__wbg_set_e4b9a833d288759a,__wbg_set_wasm:()=>__wbg_set_wasm,
__wbg_static_accessor_CRYPTO_1bdd9114f982ddbc:()=>__wbg_static_accessor_CRYPTO_1bdd9114f982ddbc,__wbg_written_e980674f3cffe11c:()=>__wbg_written_e980674f3cffe11c,
__wbindgen_generic_0000000000000001:()=>__wbindgen_generic_0000000000000001,__wbindgen_generic_0000000000000002:()=>__wbindgen_generic_0000000000000002,
__wbindgen_generic_0000000000000003:()=>__wbindgen_generic_0000000000000003,__wbindgen_init_externref_table:()=>__wbindgen_init_externref_table,
argumentSchema:()=>argumentSchema,callbackState:()=>callbackState,checkUnmatchedCallback:()=>checkUnmatchedCallback,createPageCore:()=>createPageCore,
createPublicCore:()=>createPublicCore,errorDetails:()=>errorDetails,isLoginExpired:()=>isLoginExpired,loginTimeout:()=>loginTimeout,
rejectClientOverrides:()=>rejectClientOverrides,removeCallbackParameters:()=>removeCallbackParameters,throwArgumentError:()=>throwArgumentError,
throwMissingFeature:()=>throwMissingFeature});const ArgumentProblem=Object.freeze({NotAnObject:0,"0":"NotAnObject",Unreadable:1,
"1":"Unreadable",UnknownMember:2,"2":"UnknownMember",MissingMember:3,"3":"MissingMember",WrongType:4,"4":"WrongType",TooLong:5,
"5":"TooLong"});class OAuthCore{static __wrap(ptr){const obj=Object.create(OAuthCore.prototype);obj.__wbg_ptr=ptr;OAuthCoreFinalization.
register(obj,obj.__wbg_ptr,obj);return obj}__destroy_into_raw(){const ptr=this.__wbg_ptr;this.__wbg_ptr=0;OAuthCoreFinalization.
unregister(this);return ptr}free(){const ptr=this.__destroy_into_raw();wasm.__wbg_oauthcore_free(ptr,0)}get apiUrl(){let deferred1_0;
let deferred1_1;try{const ret=wasm.oauthcore_apiUrl(this.__wbg_ptr);deferred1_0=ret[0];deferred1_1=ret[1];return getStringFromWasm0(
ret[0],ret[1])}finally{wasm.__wbindgen_free(deferred1_0,deferred1_1,1)}}authorizationUrl(){let deferred1_0;let deferred1_1;
try{const ret=wasm.oauthcore_authorizationUrl(this.__wbg_ptr);deferred1_0=ret[0];deferred1_1=ret[1];return getStringFromWasm0(
ret[0],ret[1])}finally{wasm.__wbindgen_free(deferred1_0,deferred1_1,1)}}get authorizeUrl(){let deferred1_0;let deferred1_1;
try{const ret=wasm.oauthcore_authorizeUrl(this.__wbg_ptr);deferred1_0=ret[0];deferred1_1=ret[1];return getStringFromWasm0(
ret[0],ret[1])}finally{wasm.__wbindgen_free(deferred1_0,deferred1_1,1)}}get clientId(){let deferred1_0;let deferred1_1;try{
const ret=wasm.oauthcore_clientId(this.__wbg_ptr);deferred1_0=ret[0];deferred1_1=ret[1];return getStringFromWasm0(ret[0],
ret[1])}finally{wasm.__wbindgen_free(deferred1_0,deferred1_1,1)}}completeRedirect(url,state,started_at,now){const val3=+started_at;
const val4=+now;let ptr0,len0,ptr1,len1;try{ptr0=passStringToWasm0(url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=
WASM_VECTOR_LEN;ptr1=passStringToWasm0(state,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN}catch(e){
if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.oauthcore_completeRedirect(
this.__wbg_ptr,ptr0,len0,ptr1,len1,val3,val4);if(ret[3]){throw takeFromExternrefTable0(ret[2])}let v5;if(ret[0]!==0){v5=
getStringFromWasm0(ret[0],ret[1]);wasm.__wbindgen_free(ret[0],ret[1]*1,1)}return v5}get confidential(){const ret=wasm.oauthcore_confidential(
this.__wbg_ptr);return ret!==0}createAuthorizationRequest(extra_params){var ptr0=isLikeNone(extra_params)?0:passStringToWasm0(
extra_params,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);var len0=WASM_VECTOR_LEN;const ret=wasm.oauthcore_createAuthorizationRequest(
this.__wbg_ptr,ptr0,len0);if(ret[2]){throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(ret[0])}isCallbackUrl(url){
const ptr0=passStringToWasm0(url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.
oauthcore_isCallbackUrl(this.__wbg_ptr,ptr0,len0);return ret!==0}get redirectUri(){let deferred1_0;let deferred1_1;try{const ret=wasm.
oauthcore_redirectUri(this.__wbg_ptr);deferred1_0=ret[0];deferred1_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{
wasm.__wbindgen_free(deferred1_0,deferred1_1,1)}}get scopes(){const ret=wasm.oauthcore_scopes(this.__wbg_ptr);return ret}get tokenUrl(){
let deferred1_0;let deferred1_1;try{const ret=wasm.oauthcore_tokenUrl(this.__wbg_ptr);deferred1_0=ret[0];deferred1_1=ret[1];
return getStringFromWasm0(ret[0],ret[1])}finally{wasm.__wbindgen_free(deferred1_0,deferred1_1,1)}}validateAuthorizationResponse(callback,state){
const ptr0=passStringToWasm0(state,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.
oauthcore_validateAuthorizationResponse(this.__wbg_ptr,callback,ptr0,len0);if(ret[2]){throw takeFromExternrefTable0(ret[1])}
return takeFromExternrefTable0(ret[0])}validateInPage(url,state){let ptr0,len0,ptr1,len1;try{ptr0=passStringToWasm0(url,
wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;ptr1=passStringToWasm0(state,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN}catch(e){if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(
ptr0,len0*1,1)}throw e}const ret=wasm.oauthcore_validateInPage(this.__wbg_ptr,ptr0,len0,ptr1,len1);if(ret[3]){throw takeFromExternrefTable0(
ret[2])}let v3;if(ret[0]!==0){v3=getStringFromWasm0(ret[0],ret[1]);wasm.__wbindgen_free(ret[0],ret[1]*1,1)}return v3}}if(Symbol.
dispose)OAuthCore.prototype[Symbol.dispose]=OAuthCore.prototype.free;function argumentSchema(argument){const ptr0=passStringToWasm0(
argument,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.argumentSchema(ptr0,len0);
return ret}function callbackState(url,is_login_pending){const val2=+is_login_pending;const ptr0=passStringToWasm0(url,wasm.
__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.callbackState(ptr0,len0,val2);let v3;
if(ret[0]!==0){v3=getStringFromWasm0(ret[0],ret[1]);wasm.__wbindgen_free(ret[0],ret[1]*1,1)}return v3}function checkUnmatchedCallback(url){
const ptr0=passStringToWasm0(url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.
checkUnmatchedCallback(ptr0,len0);if(ret[1]){throw takeFromExternrefTable0(ret[0])}}function createPageCore(origin,client_id,redirect_uri,scopes,authorize_url,token_url,api_url){
let ptr0,len0,ptr1,len1,ptr2,len2,ptr3,len3,ptr4,len4,ptr5,len5,ptr6,len6;try{ptr0=passStringToWasm0(origin,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;ptr1=isLikeNone(client_id)?0:passStringToWasm0(client_id,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN;ptr2=isLikeNone(redirect_uri)?0:passStringToWasm0(redirect_uri,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);len2=WASM_VECTOR_LEN;ptr3=isLikeNone(scopes)?0:passStringToWasm0(scopes,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);len3=WASM_VECTOR_LEN;ptr4=isLikeNone(authorize_url)?0:passStringToWasm0(authorize_url,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);len4=WASM_VECTOR_LEN;ptr5=isLikeNone(token_url)?0:passStringToWasm0(token_url,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);len5=WASM_VECTOR_LEN;ptr6=isLikeNone(api_url)?0:passStringToWasm0(api_url,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);len6=WASM_VECTOR_LEN}catch(e){if(ptr6){wasm.__wbindgen_free(ptr6,len6*1,1)}if(ptr5){wasm.__wbindgen_free(
ptr5,len5*1,1)}if(ptr4){wasm.__wbindgen_free(ptr4,len4*1,1)}if(ptr3){wasm.__wbindgen_free(ptr3,len3*1,1)}if(ptr2){wasm.__wbindgen_free(
ptr2,len2*1,1)}if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.
createPageCore(ptr0,len0,ptr1,len1,ptr2,len2,ptr3,len3,ptr4,len4,ptr5,len5,ptr6,len6);if(ret[2]){throw takeFromExternrefTable0(
ret[1])}return OAuthCore.__wrap(ret[0])}function createPublicCore(origin,client_id,redirect_uri,scopes,authorize_url,token_url,api_url){
let ptr0,len0,ptr1,len1,ptr2,len2,ptr3,len3,ptr4,len4,ptr5,len5,ptr6,len6;try{ptr0=isLikeNone(origin)?0:passStringToWasm0(
origin,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;ptr1=passStringToWasm0(client_id,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN;ptr2=passStringToWasm0(redirect_uri,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len2=WASM_VECTOR_LEN;ptr3=isLikeNone(scopes)?0:passStringToWasm0(scopes,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len3=WASM_VECTOR_LEN;ptr4=isLikeNone(authorize_url)?0:passStringToWasm0(authorize_url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len4=WASM_VECTOR_LEN;ptr5=isLikeNone(token_url)?0:passStringToWasm0(token_url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len5=WASM_VECTOR_LEN;ptr6=isLikeNone(api_url)?0:passStringToWasm0(api_url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len6=WASM_VECTOR_LEN}catch(e){if(ptr6){wasm.__wbindgen_free(ptr6,len6*1,1)}if(ptr5){wasm.__wbindgen_free(ptr5,len5*1,1)}
if(ptr4){wasm.__wbindgen_free(ptr4,len4*1,1)}if(ptr3){wasm.__wbindgen_free(ptr3,len3*1,1)}if(ptr2){wasm.__wbindgen_free(
ptr2,len2*1,1)}if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.
createPublicCore(ptr0,len0,ptr1,len1,ptr2,len2,ptr3,len3,ptr4,len4,ptr5,len5,ptr6,len6);if(ret[2]){throw takeFromExternrefTable0(
ret[1])}return OAuthCore.__wrap(ret[0])}function errorDetails(code,phase,field,status,retry_after,connection_end){const val5=+(isLikeNone(
status)?16777215:status);const val6=+(isLikeNone(retry_after)?0:retry_after);let ptr0,len0,ptr1,len1,ptr2,len2,ptr3,len3;
try{ptr0=passStringToWasm0(code,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;ptr1=passStringToWasm0(
phase,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN;ptr2=isLikeNone(field)?0:passStringToWasm0(field,
wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len2=WASM_VECTOR_LEN;ptr3=isLikeNone(connection_end)?0:passStringToWasm0(
connection_end,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len3=WASM_VECTOR_LEN}catch(e){if(ptr3){wasm.__wbindgen_free(
ptr3,len3*1,1)}if(ptr2){wasm.__wbindgen_free(ptr2,len2*1,1)}if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(
ptr0,len0*1,1)}throw e}const ret=wasm.errorDetails(ptr0,len0,ptr1,len1,ptr2,len2,val5,!isLikeNone(retry_after),val6,ptr3,
len3);if(ret[2]){throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(ret[0])}function isLoginExpired(started_at,now){
const ret=wasm.isLoginExpired(started_at,now);return ret!==0}function loginTimeout(requested){const ret=wasm.loginTimeout(
!isLikeNone(requested),isLikeNone(requested)?0:requested);if(ret[2]){throw takeFromExternrefTable0(ret[1])}return ret[0]>>>
0}function rejectClientOverrides(members){const ptr0=passArrayJsValueToWasm0(members,wasm.__wbindgen_malloc);const len0=WASM_VECTOR_LEN;
const ret=wasm.rejectClientOverrides(ptr0,len0);if(ret[1]){throw takeFromExternrefTable0(ret[0])}}function removeCallbackParameters(url){
let deferred2_0;let deferred2_1;try{const ptr0=passStringToWasm0(url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;
const ret=wasm.removeCallbackParameters(ptr0,len0);deferred2_0=ret[0];deferred2_1=ret[1];return getStringFromWasm0(ret[0],
ret[1])}finally{wasm.__wbindgen_free(deferred2_0,deferred2_1,1)}}function throwArgumentError(argument,problem,member,grant_type){
const val4=+problem;let ptr0,len0,ptr1,len1,ptr2,len2;try{ptr0=passStringToWasm0(argument,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len0=WASM_VECTOR_LEN;ptr1=passStringToWasm0(member,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN;
ptr2=isLikeNone(grant_type)?0:passStringToWasm0(grant_type,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len2=WASM_VECTOR_LEN}catch(e){
if(ptr2){wasm.__wbindgen_free(ptr2,len2*1,1)}if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(
ptr0,len0*1,1)}throw e}const ret=wasm.throwArgumentError(ptr0,len0,val4,ptr1,len1,ptr2,len2);if(ret[1]){throw takeFromExternrefTable0(
ret[0])}}function throwMissingFeature(feature){const ptr0=passStringToWasm0(feature,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
const len0=WASM_VECTOR_LEN;const ret=wasm.throwMissingFeature(ptr0,len0);if(ret[1]){throw takeFromExternrefTable0(ret[0])}}
function __wbg_Error_208446807d0d1e30(arg0,arg1){const ret=Error(getStringFromWasm0(arg0,arg1));return ret}function __wbg___wbindgen_string_get_7ce8eee7fd327545(arg0,arg1){
const obj=arg1;const ret=typeof obj==="string"?obj:void 0;var ptr1=isLikeNone(ret)?0:passStringToWasm0(ret,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);var len1=WASM_VECTOR_LEN;getDataViewMemory0().setInt32((arg0>>>0)+4*1,len1,true);getDataViewMemory0().
setInt32((arg0>>>0)+4*0,ptr1,true)}function __wbg___wbindgen_throw_4c88d8bf264fd984(arg0,arg1){throw new Error(getStringFromWasm0(
arg0,arg1))}function __wbg_call_e55540e1e1d8271f(arg0,arg1,arg2){const ret=String.prototype.split.call(getStringFromWasm0(
arg0,arg1),arg2);return ret}function __wbg_encodeInto_f84fe2e682efb4b5(arg0,arg1,arg2,arg3){const ret=arg0.encodeInto(arg1,
getArrayU8FromWasm0(arg2,arg3));return ret}function __wbg_getRandomValues_07f3179f2d015362(){return handleError(function(arg0,arg1,arg2){
const ret=arg0.getRandomValues(getArrayU8FromWasm0(arg1,arg2));return ret},arguments)}function __wbg_length_e83e819f48c774e4(arg0){
const ret=arg0.length;return ret}function __wbg_new_37eb45aaf5eeb820(){const ret=new Array;return ret}function __wbg_new_cd4348290afae586(){
const ret=new Object;return ret}function __wbg_new_ff4f629e907a6b0e(){const ret=new TextEncoder;return ret}function __wbg_set_d2d33b52458e984a(arg0,arg1,arg2){
arg0[arg1>>>0]=arg2}function __wbg_set_e4b9a833d288759a(arg0,arg1,arg2){arg0[arg1]=arg2}function __wbg_static_accessor_CRYPTO_1bdd9114f982ddbc(){
const ret=typeof crypto==="undefined"?void 0:crypto;return isLikeNone(ret)?0:addToExternrefTable0(ret)}function __wbg_written_e980674f3cffe11c(arg0){
const ret=arg0.written;return ret}function __wbindgen_generic_0000000000000001(arg0){const ret=arg0;return ret}function __wbindgen_generic_0000000000000002(arg0,arg1){
const ret=getStringFromWasm0(arg0,arg1);return ret}function __wbindgen_generic_0000000000000003(arg0){const ret=BigInt.asUintN(
64,arg0);return ret}function __wbindgen_init_externref_table(){const table=wasm.__wbindgen_externrefs;table.set(0,void 0);
table.set(1024,void 0);table.set(1025,null);table.set(1026,true);table.set(1027,false)}const OAuthCoreFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_oauthcore_free(ptr,1));function addToExternrefTable0(obj){
const idx=wasm.__externref_table_alloc();wasm.__wbindgen_externrefs.set(idx,obj);return idx}function getArrayU8FromWasm0(ptr,len){
ptr=ptr>>>0;return getUint8ArrayMemory0().subarray(ptr/1,ptr/1+len)}let cachedDataViewMemory0=null;function getDataViewMemory0(){
if(cachedDataViewMemory0===null||cachedDataViewMemory0.buffer.detached===true||cachedDataViewMemory0.buffer.detached===void 0&&
cachedDataViewMemory0.buffer!==wasm.memory.buffer){cachedDataViewMemory0=new DataView(wasm.memory.buffer)}return cachedDataViewMemory0}
function getStringFromWasm0(ptr,len){ptr=ptr>>>0;return decodeText(getUint8ArrayMemory0().subarray(ptr,ptr+len))}let cachedUint8ArrayMemory0=null;
function getUint8ArrayMemory0(){if(cachedUint8ArrayMemory0===null||cachedUint8ArrayMemory0.byteLength===0){cachedUint8ArrayMemory0=
new Uint8Array(wasm.memory.buffer)}return cachedUint8ArrayMemory0}function handleError(f,args){try{return f.apply(this,args)}catch(e){
const idx=addToExternrefTable0(e);wasm.__wbindgen_exn_store(idx)}}function isLikeNone(x){return x===void 0||x===null}function passArrayJsValueToWasm0(array,malloc){
const ptr=malloc(array.length*4,4)>>>0;for(let i=0;i<array.length;i++){const add=addToExternrefTable0(array[i]);getDataViewMemory0().
setUint32(ptr+4*i,add,true)}WASM_VECTOR_LEN=array.length;return ptr}function passStringToWasm0(arg,malloc,realloc){if(realloc===
void 0){const buf=cachedTextEncoder.encode(arg);const ptr2=malloc(buf.length,1)>>>0;getUint8ArrayMemory0().subarray(ptr2,
ptr2+buf.length).set(buf);WASM_VECTOR_LEN=buf.length;return ptr2}let len=arg.length;let ptr=malloc(len,1)>>>0;const mem=getUint8ArrayMemory0();
let offset=0;for(;offset<len;offset++){const code=arg.charCodeAt(offset);if(code>127)break;mem[ptr+offset]=code}if(offset!==
len){if(offset!==0){arg=arg.slice(offset)}ptr=realloc(ptr,len,len=offset+arg.length*3,1)>>>0;const view=getUint8ArrayMemory0().
subarray(ptr+offset,ptr+len);const ret=cachedTextEncoder.encodeInto(arg,view);offset+=ret.written;ptr=realloc(ptr,len,offset,
1)>>>0}WASM_VECTOR_LEN=offset;return ptr}function takeFromExternrefTable0(idx){const value=wasm.__wbindgen_externrefs.get(
idx);wasm.__externref_table_dealloc(idx);return value}let cachedTextDecoder=new TextDecoder("utf-8",{ignoreBOM:true});cachedTextDecoder.
decode();const MAX_SAFARI_DECODE_BYTES=2146435072;let numBytesDecoded=0;function decodeText(bytes){numBytesDecoded+=bytes.
length;if(numBytesDecoded>=MAX_SAFARI_DECODE_BYTES){cachedTextDecoder=new TextDecoder("utf-8",{ignoreBOM:true});cachedTextDecoder.
decode();numBytesDecoded=bytes.length}return cachedTextDecoder.decode(bytes)}const cachedTextEncoder=new TextEncoder;if(!("\
encodeInto"in cachedTextEncoder)){cachedTextEncoder.encodeInto=function(arg,view){const buf=cachedTextEncoder.encode(arg);
view.set(buf);return{read:arg.length,written:buf.length}}}let WASM_VECTOR_LEN=0;let wasm;function __wbg_set_wasm(val){wasm=
val}return __toCommonJS2(stdin_exports)})();return{...glue}};var page_core_wasm_key_exports={};__export(page_core_wasm_key_exports,{build:()=>build,hash:()=>hash,key:()=>key,section:()=>section});
var hash="fac9cd6969ee025bcd27bcd35e58d9fe6197d864b8fd75fa1d41b52ace5dea92";var section="nocodb-bitbucket-auth";var build="\
e90448c314a771e3b4ad4ee8a6ddd8a115d498279bcfe578044d552e65a1d6a1";var key=Symbol.for("nocodb-bitbucket-auth/page-core.wa\
sm/fac9cd6969ee025bcd27bcd35e58d9fe6197d864b8fd75fa1d41b52ace5dea92");var import_argument_reader=require("./shared.cjs");var import_inlined_bytes=require("./shared.cjs");var import_loader=require("./shared.cjs");
var loader=(0,import_loader.createLoader)({makeGlue:page_core_bg_default,identity:page_core_wasm_key_exports,decode:import_inlined_bytes.fromHex});
var core=loader.core;var init=loader.init;var failure=loader.failure;var readArgument=(0,import_argument_reader.createArgumentReader)(
core);var import_error=require("./shared.cjs");var PACKAGE_NAME="nocodb-bitbucket-auth";var POPUP_KEY=`${PACKAGE_NAME}:popup`;function findWindow(options){const page=valueOrUndefined(
()=>options?.window??globalThis.window);return textOrUndefined(()=>page?.origin)===void 0?void 0:page}function valueOrUndefined(read){
try{return read()}catch{return void 0}}function textOrUndefined(read){const value=valueOrUndefined(read);return typeof value===
"string"?value:void 0}async function requireWindow(options,caller){const page=findWindow(options);await init();return page??
(0,import_error.callCore)(caller,()=>core().throwMissingFeature("window"))}function loginClient(caller,options,page){const{
client,...own}=readArgument(caller,"pageOptions",options);if(client)(0,import_error.callCore)(caller,()=>core().rejectClientOverrides(
Object.keys(own)));return createPageClient(caller,page,client??{...own,...own.endpoints})}function createPageClient(caller,page,{
clientId,redirectUri,scopes,authorizeUrl,tokenUrl,apiUrl}){const origin=textOrUndefined(()=>page.origin)??"null";return(0,import_error.callCore)(
caller,()=>core().createPageCore(origin,clientId,redirectUri,scopes,authorizeUrl,tokenUrl,apiUrl))}function sessionStorageOrUndefined(page){
return valueOrUndefined(()=>page.sessionStorage)}function trySetItem(storage,key2,value){try{storage?.setItem(key2,value)}catch{
return false}return storage!==void 0}var IDLE_MS=200;function loadWhenIdle(){const page=findWindow(void 0);if(!page||valueOrUndefined(()=>page.document)===void 0)
return;const load=()=>{init().catch(()=>{})};if(page.requestIdleCallback)page.requestIdleCallback(load);else page.setTimeout(
load,IDLE_MS)}var import_authorization_client=require("./shared.cjs");var import_error2=require("./shared.cjs");function createClient(options){const{clientId,redirectUri,scopes,endpoints={}}=readArgument(createClient,"publicClientOp\
tions",options);const{authorizeUrl,tokenUrl,apiUrl}=endpoints;const handle=(0,import_error2.callCore)(createClient,()=>core().
createPublicCore(textOrUndefined(()=>globalThis.location?.origin),clientId,redirectUri,scopes,authorizeUrl,tokenUrl,apiUrl));
return new import_authorization_client.AuthorizationClient(handle,readArgument)}var import_error3=require("./shared.cjs");var POPUP_SIZE={width:600,height:760};var POLL_INTERVAL_MS=100;var ACKNOWLEDGEMENT_MS=1e4;var CLOSED_AFTER_FOCUS_MS=6e4;
var BLANK_URLS=["","about:blank"];async function authorizeInPopup(options){const{signal,timeoutMs,onLateGrant}=valueOrUndefined(
()=>({signal:options?.signal,timeoutMs:options?.timeoutMs,onLateGrant:options?.onLateGrant}))??{};const opener=findWindow(
options);let popup=signal?.aborted||!opener?.BroadcastChannel?void 0:new Popup(opener);try{const page=await requireWindow(
options,authorizeInPopup);const client=loginClient(authorizeInPopup,options,page);const waitMs=(0,import_error3.callCore)(
authorizeInPopup,()=>core().loginTimeout(timeoutMs));if(signal?.aborted)throw failure("REQUEST_ABORTED","authorize");if(!popup)
return(0,import_error3.callCore)(authorizeInPopup,()=>core().throwMissingFeature("BroadcastChannel"));if(popup.isBlocked)
throw failure("POPUP_BLOCKED","authorize");const request=(0,import_error3.callCore)(authorizeInPopup,()=>client.createAuthorizationRequest(
void 0));popup.navigate(request.url);const toGrant=url2=>{const code=(0,import_error3.callCore)(authorizeInPopup,()=>client.
validateInPage(url2,request.state));return code===void 0?null:{code,code_verifier:request.codeVerifier}};const deadline=Date.
now()+waitMs;const url=await popup.waitForCallback(client,waitMs,signal);if(url!==null)return toGrant(url);void receiveLateCallback(
popup,deadline-Date.now(),signal,toGrant).then(grant=>grant&&onLateGrant?.(grant));popup=void 0;return null}finally{popup?.
close()}}async function receiveLateCallback(popup,waitMs,signal,toGrant){try{return toGrant(await popup.waitForLateCallback(
waitMs,signal))}catch{return null}finally{popup.close()}}var Popup=class{#page;#window;#id;#channel;#openerFrame;constructor(page){
this.#page=page;this.#id=randomId(page);this.#channel=new page.BroadcastChannel(PACKAGE_NAME);const storage=sessionStorageOrUndefined(
page);trySetItem(storage,POPUP_KEY,this.#id);const name=randomId(page);this.#window=openWindow(page,name);storage?.removeItem(
POPUP_KEY);this.#openerFrame=this.#window&&!this.#window.closed?replaceOpener(page,this.#window,name):void 0}get isBlocked(){
return!this.#window||this.#window.closed}navigate(url){this.#window?.location.replace(url)}waitForCallback(client,waitMs,signal){
let focusedSince;return this.#waitForUrl(waitMs,signal,resolve=>{const url=this.#url;if(url!==void 0&&client.isCallbackUrl(
url))return resolve(url);if(!this.#window?.closed||!this.#page.document.hasFocus())focusedSince=void 0;else focusedSince??=
Date.now();if(focusedSince!==void 0&&Date.now()-focusedSince>=CLOSED_AFTER_FOCUS_MS)resolve(null);return void 0})}waitForLateCallback(waitMs,signal){
return this.#waitForUrl(waitMs,signal)}async#waitForUrl(waitMs,signal,poll){const page=this.#page;const cleanups=[];try{
return await new Promise((resolve,reject)=>{const onMessage=({origin,data})=>{if(origin===page.origin&&data?.popup===this.#id&&
typeof data.address==="string"){resolve(data.address)}};const onAbort=()=>reject(failure("REQUEST_ABORTED","authorize"));
const openerFrame=this.#openerFrame?.contentWindow;this.#channel.addEventListener("message",onMessage);openerFrame?.addEventListener(
"message",onMessage);signal?.addEventListener("abort",onAbort);const interval=poll&&page.setInterval(()=>poll(resolve),POLL_INTERVAL_MS);
const timer=page.setTimeout(()=>reject(failure("AUTHORIZATION_TIMEOUT","authorize")),waitMs);cleanups.push(()=>this.#channel.
removeEventListener("message",onMessage),()=>openerFrame?.removeEventListener("message",onMessage),()=>signal?.removeEventListener(
"abort",onAbort),()=>page.clearInterval(interval),()=>page.clearTimeout(timer))})}finally{cleanups.forEach(step=>step())}}get#url(){
try{const url=this.#window?.location.href;return url===void 0||BLANK_URLS.includes(url)?void 0:url}catch{return void 0}}close(){
this.#window?.close();this.#openerFrame?.remove();const acknowledge=()=>this.#channel.postMessage({popup:this.#id,taken:true});
this.#channel.addEventListener("message",({data})=>data?.popup===this.#id&&data.taken!==true&&acknowledge());acknowledge();
this.#page.setTimeout(()=>this.#channel.close(),ACKNOWLEDGEMENT_MS)}};function openWindow(page,name){const{width,height}=POPUP_SIZE;
const left=Math.round(page.screenX+(page.outerWidth-width)/2);const top=Math.round(page.screenY+(page.outerHeight-height)/
2);try{return page.open("",name,`popup,width=${width},height=${height},left=${left},top=${top}`)}catch{return void 0}}function replaceOpener(page,popup,name){
const frame=page.document.createElement("iframe");frame.hidden=true;try{page.document.documentElement.append(frame);frame.
contentWindow?.open("",name);if(popup.opener===frame.contentWindow){frame.setAttribute("sandbox","");return frame}popup.
opener=null}catch{}frame.remove();return void 0}function randomId(page){const bytes=page.crypto.getRandomValues(new Uint8Array(
16));return Array.from(bytes,byte=>byte.toString(16).padStart(2,"0")).join("")}var import_error4=require("./shared.cjs");var PENDING_PREFIX=`${PACKAGE_NAME}:pending:`;async function beginRedirect(options){const page=await requireWindow(options,
beginRedirect);const client=loginClient(beginRedirect,options,page);const storage=sessionStorageOrUndefined(page);if(!storage)
return(0,import_error4.callCore)(beginRedirect,()=>core().throwMissingFeature("sessionStorage"));const{url,state,codeVerifier}=(0,import_error4.callCore)(
beginRedirect,()=>client.createAuthorizationRequest(void 0));const{clientId,redirectUri,scopes,authorizeUrl,tokenUrl,apiUrl}=client;
storage.removeItem(POPUP_KEY);const now=Date.now();for(const key2 of pendingKeys(storage)){if(core().isLoginExpired(Number(
readPendingLogin(storage,key2)?.startedAt),now))storage.removeItem(key2)}const isKept=trySetItem(storage,PENDING_PREFIX+
state,JSON.stringify({clientId,redirectUri,scopes,endpoints:{authorizeUrl,tokenUrl,apiUrl},state,codeVerifier,startedAt:now}));
if(!isKept)return(0,import_error4.callCore)(beginRedirect,()=>core().throwMissingFeature("sessionStorage"));page.location.
assign(url)}var completions=new WeakMap;function completeRedirect(options={}){const page=findWindow(options);const running=page&&
completions.get(page);if(running)return running;const completion=complete(options);if(page){const forget=()=>completions.
delete(page);completions.set(page,completion);completion.then(forget,forget)}return completion}async function complete(options){
const url=textOrUndefined(()=>findWindow(options)?.location.href)??"";const page=await requireWindow(options,completeRedirect);
readArgument(completeRedirect,"pageOptions",options);const storage=sessionStorageOrUndefined(page);if(storage?.getItem(POPUP_KEY))
return null;const keys=storage?pendingKeys(storage):[];const state=core().callbackState(url,keys.length>0);if(state===void 0)
return null;const pending=storage&&readPendingLogin(storage,PENDING_PREFIX+state);for(const key2 of pending?[PENDING_PREFIX+
state]:keys)storage?.removeItem(key2);const current=textOrUndefined(()=>page.location.href)??"";page.history.replaceState(
page.history.state,"",core().removeCallbackParameters(current));if(!pending){(0,import_error4.callCore)(completeRedirect,
()=>core().checkUnmatchedCallback(url));return null}const{state:sent,startedAt,codeVerifier,endpoints,...own}=readArgument(
completeRedirect,"pending",pending);const client=createPageClient(completeRedirect,page,{...own,...endpoints});const code=(0,import_error4.callCore)(
completeRedirect,()=>client.completeRedirect(url,sent,startedAt,Date.now()));return code===void 0?null:{code,code_verifier:codeVerifier}}
function readPendingLogin(storage,key2){try{return JSON.parse(storage.getItem(key2)??"")??void 0}catch{return void 0}}function pendingKeys(storage){
return Object.keys(storage).filter(key2=>key2.startsWith(PENDING_PREFIX))}var import_error5=require("./shared.cjs");loadWhenIdle();
