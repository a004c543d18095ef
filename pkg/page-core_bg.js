export default () => {
var glue=(()=>{var __defProp=Object.defineProperty;var __getOwnPropDesc=Object.getOwnPropertyDescriptor;var __getOwnPropNames=Object.getOwnPropertyNames;var __hasOwnProp=Object.prototype.hasOwnProperty;var __export=(target,all)=>{for(var name in all)__defProp(target,name,{get:all[name],enumerable:true})};var __copyProps=(to,from,except,desc)=>{
if(from&&typeof from==="object"||typeof from==="function"){for(let key of __getOwnPropNames(from))if(!__hasOwnProp.call(
to,key)&&key!==except)__defProp(to,key,{get:()=>from[key],enumerable:!(desc=__getOwnPropDesc(from,key))||desc.enumerable})}
return to};var __toCommonJS=mod=>__copyProps(__defProp({},"__esModule",{value:true}),mod);var stdin_exports={};__export(stdin_exports,{ArgumentProblem:()=>ArgumentProblem,OAuthCore:()=>OAuthCore,__wbg_Error_208446807d0d1e30:()=>__wbg_Error_208446807d0d1e30,
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
val}return __toCommonJS(stdin_exports);})();
return { ...glue };
};
