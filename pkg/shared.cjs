var __defProp=Object.defineProperty;var __getOwnPropDesc=Object.getOwnPropertyDescriptor;var __getOwnPropNames=Object.getOwnPropertyNames;var __hasOwnProp=Object.prototype.hasOwnProperty;var __export=(target,all)=>{for(var name in all)__defProp(target,name,{get:all[name],enumerable:true})};var __copyProps=(to,from,except,desc)=>{
if(from&&typeof from==="object"||typeof from==="function"){for(let key2 of __getOwnPropNames(from))if(!__hasOwnProp.call(
to,key2)&&key2!==except)__defProp(to,key2,{get:()=>from[key2],enumerable:!(desc=__getOwnPropDesc(from,key2))||desc.enumerable})}
return to};var __toCommonJS=mod=>__copyProps(__defProp({},"__esModule",{value:true}),mod);var shared_exports={};
__export(shared_exports,{AuthorizationClient:()=>AuthorizationClient,BitbucketAuthError:()=>BitbucketAuthError,
DEFAULT_SCOPES:()=>DEFAULT_SCOPES,OAuthClient:()=>OAuthClient,callCore:()=>callCore,core:()=>core,createArgumentReader:()=>createArgumentReader,
createClient:()=>createClient,createLoader:()=>createLoader,describeCause:()=>describeCause,digest:()=>digest,expandScopes:()=>expandScopes,
failure:()=>failure,fromBase64:()=>fromBase64,fromHex:()=>fromHex,init:()=>init,isModule:()=>isModule,isObject:()=>isObject,
lazyEnvironment:()=>lazyEnvironment,maskConfig:()=>maskConfig,maskedMembers:()=>maskedMembers,memberToJson:()=>memberToJson,
membersToJson:()=>membersToJson,missingScopes:()=>missingScopes,objectOrEmpty:()=>objectOrEmpty,parseOAuthPayload:()=>parseOAuthPayload,
parseTokenResponse:()=>parseTokenResponse,pick:()=>pick,readArgument:()=>readArgument,readEnvironment:()=>readEnvironment,
readSafely:()=>readSafely,readSource:()=>readSource,restoreCredentials:()=>restoreCredentials,stringOrUndefined:()=>stringOrUndefined2,
tagOf:()=>tagOf,vaultReferenceMembers:()=>vaultReferenceMembers,withRetryAfter:()=>withRetryAfter});module.exports=__toCommonJS(
shared_exports);var FIELDS=["code","phase","retryable","reauthorize","error","errorDescription","status","field","retryAfter","required",
"granted","announcementUrl"];var Described=Error;var BitbucketAuthError=class _BitbucketAuthError extends Described{constructor(failure2,{
detail,cause}={},caller=_BitbucketAuthError){const message=detail?`${failure2.message.replace(/\.$/,"")} (${detail}).`:failure2.
message;const options=cause&&{cause};const limit=setStackTraceLimit(0);super(message,options);setStackTraceLimit(limit);
for(const name of FIELDS)if(failure2[name]!==void 0)Reflect.set(this,name,failure2[name]);Error.captureStackTrace?.(this,
caller)}toJSON(){const plain={name:this.name,message:this.message};for(const key2 of FIELDS){if(Object.hasOwn(this,key2))
plain[key2]=Reflect.get(this,key2)}return plain}};function withRetryAfter(error,wait){const details={...error.toJSON(),retryAfter:Math.
ceil(wait)};return new BitbucketAuthError(details,error.cause?{cause:error.cause}:{},withRetryAfter)}function setStackTraceLimit(limit){
if(!Error.captureStackTrace)return void 0;const before=Error.stackTraceLimit;Reflect.set(Error,"stackTraceLimit",limit);
return before}Object.defineProperty(BitbucketAuthError.prototype,"name",{value:"BitbucketAuthError",writable:true,configurable:true});
function isFailure(thrown){return typeof thrown==="object"&&thrown!==null&&!(thrown instanceof Error)&&"code"in thrown&&
"phase"in thrown&&"message"in thrown}function callCore(caller,call){try{return call()}catch(thrown){throw isFailure(thrown)?
new BitbucketAuthError(thrown,{},caller):thrown}}function createLoader({makeGlue,identity,decode,read:read2}){let loaded;let loading;function core2(){if(loaded)return loaded;
try{checkRuntime(core2);const wasm=inlinedWasm(identity,decode,core2);const module2=isModule(wasm)?wasm:new WebAssembly.
Module(wasm);const glue=makeGlue();return start(glue,module2,new WebAssembly.Instance(module2,importsOf(glue)))}catch(error){
throw loadFailure(error,core2,": in a page, await init() before the first call")}}async function init2(source){while(!loaded){
const{source:loadedSource,end}=loading??=begin(source);try{await end}catch(error){if(loadedSource===source)throw error}}}
function begin(source){const end=load2(source).finally(()=>{loading=void 0});return{source,end}}async function load2(source){
try{checkRuntime(init2);const given=source===void 0||!read2?void 0:await read2(source,identity,init2);const wasm=given===
void 0?inlinedWasm(identity,decode,init2):compiledModule(identity)??given;const module2=isModule(wasm)?wasm:await WebAssembly.
compile(wasm);const glue=makeGlue();const instance=await WebAssembly.instantiate(module2,importsOf(glue));if(!loaded)start(
glue,module2,instance)}catch(error){throw loadFailure(error,init2)}}function start(glue,module2,{exports}){glue.__wbg_set_wasm(
exports);const prepare=exports.__wbindgen_start;if(typeof prepare==="function")prepare();Reflect.set(globalThis,identity.
key,module2);loaded=glue;return loaded}function failure2(code,phase,{field,status,retryAfter,connectionEnd}={},extra){const described=callCore(
failure2,()=>core2().errorDetails(code,phase,field,status,retryAfter,connectionEnd));return new BitbucketAuthError(described,
extra,failure2)}return{core:core2,init:init2,failure:failure2}}var isObject=value=>typeof value==="object"&&value!==null||
typeof value==="function";var tagOf=value=>isObject(value)?Reflect.get(value,Symbol.toStringTag):void 0;var isModule=value=>tagOf(
value)==="WebAssembly.Module";var importsOf=glue=>({"./core_bg.js":glue});function inlinedWasm({key:key2},decode,caller){
const found=Reflect.get(globalThis,key2);if(isModule(found))return found;if(typeof found!=="string")throw missingWasm(caller);
return decode(found)}function compiledModule({key:key2}){const found=Reflect.get(globalThis,key2);return isModule(found)?
found:void 0}function isForbidden(error){return error instanceof EvalError||error instanceof Error&&/content security policy|unsafe-eval|\bcsp\b/i.
test(error.message)}function isCompiledAheadOnly(error){return error instanceof Error&&/disallowed by embedder|dynamic wasm code generation/i.
test(error.message)}var NEEDED=["WebAssembly","TextDecoder","TextEncoder"];function checkRuntime(caller){const name=NEEDED.
find(needed=>Reflect.get(globalThis,needed)===void 0);if(name===void 0)return;throw unavailable(`This runtime has no ${name}\
, which nocodb-bitbucket-auth needs. Use a runtime that has it. In a test's sandbox, copy it from Node.js before the fir\
st call.`,caller,{field:name})}var IMPORT_SLIM="import nocodb-bitbucket-auth/slim, and await init() with nocodb-bitbucke\
t-auth/core.wasm as a module that was compiled with the program";function loadFailure(error,caller,advice=""){if(error instanceof
BitbucketAuthError)return error;const detail=describeCause(error);if(isForbidden(error)){return unavailable("The Content\
 Security Policy of this page forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src.",caller,{detail})}if(isCompiledAheadOnly(
error)){return unavailable(`This runtime does not compile WebAssembly at run time: ${IMPORT_SLIM}. In a page, add 'wasm-\
unsafe-eval' to the script-src of its Content Security Policy.`,caller)}return unavailable(`This runtime could not load \
the WebAssembly core${advice}.`,caller,{detail})}function describeCause(error){if(!(error instanceof Error))return"no er\
ror";return"code"in error&&typeof error.code==="string"&&/^E[A-Z]+$/.test(error.code)?error.code:error.name}function missingWasm(caller){
return unavailable("This entry does not contain the WebAssembly core: before the first call, await init() with nocodb-bi\
tbucket-auth/core.wasm, as bytes, module, response or URL.",caller)}function unavailable(message,caller,{detail,field="W\
ebAssembly"}={}){const flags={retryable:false,reauthorize:false};return new BitbucketAuthError({code:"INVALID_CONFIG",phase:"\
config",message,...flags,field},{detail},caller)}function createArgumentReader(core2){const schemaFor=argument=>{const schema=core2().argumentSchema(argument);return{...schema,
names:schema.members.map(({name})=>name)}};const schemas={};return function readArgument2(caller,argument,value,grant){const{
members,names,isRequired:mustBeObject,allowsUnknown,isLenient}=schemas[argument]??=schemaFor(argument);const result={};const reject=(problem,name="")=>{
const{ArgumentProblem,throwArgumentError}=core2();const code=ArgumentProblem[problem];if(!isLenient)callCore(caller,()=>throwArgumentError(
argument,code,name,grant??result.grant));return result};const isIgnored=isPresent(value)&&!members.some(({isRequired})=>isRequired);
if((mustBeObject||isIgnored)&&!isObject(value))return reject("NotAnObject");const source=isObject(value)?value:{};let values;
let unknown;try{values=members.map(({name,type})=>type==="ignored"?void 0:source[name]);if(!allowsUnknown)unknown=Object.
keys(source).find(key2=>!names.includes(key2)&&isPresent(source[key2]))}catch{return reject("Unreadable")}if(unknown!==void 0)
reject("UnknownMember",unknown);for(let at=0;at<members.length;at+=1){const{name,type,isRequired,limit}=members[at];const memberValue=values[at];
if(!isPresent(memberValue)){if(isRequired)reject("MissingMember",name);continue}const isArgument=type==="lenientObject"||
type==="object"&&isObject(memberValue);const converted=isArgument?readArgument2(caller,name,memberValue,result.grant):convert(
type,memberValue,limit);if(converted===void 0)reject("WrongType",name);else if(converted===null)reject("TooLong",name);else
result[name]=converted}return result}}function convert(type,value,limit){try{return CONVERTERS[type]?.(value,limit)}catch{
return void 0}}var CONVERTERS={any:value=>value,text:stringOrUndefined,number:value=>typeof value==="number"?value:void 0,
false:value=>value===false?value:void 0,bytes(value,limit){if(typeof value==="string")return(encoder??=new TextEncoder).
encode(value.slice(0,limit+1));if(!ArrayBuffer.isView(value)||tagOf(value)!=="Uint8Array")return void 0;return new Uint8Array(
value).subarray(0,limit+1)},scopes(value,limit){if(typeof value==="string")return value;if(!Array.isArray(value))return void 0;
const{length}=value;if(length>limit)return null;const texts=Array.from({length},(_,at)=>stringOrUndefined(value[at]));return texts.
includes(void 0)?void 0:texts.join(" ")},callback(value,limit){const tag=tagOf(value);const text=tag==="URL"?value.href:
tag==="URLSearchParams"?value.toString():value;if(typeof text!=="string")return void 0;return(tag==="URLSearchParams"?`?${text}`:
text).slice(0,limit+1)},textRecord(value){if(typeof value!=="object"||!isPlain(value))return void 0;const entries=Reflect.
ownKeys(value).filter(name=>typeof name==="string").map(name=>[name,stringOrUndefined(value[name])]);return entries.some(
([,text])=>text===void 0)?void 0:String(new URLSearchParams(entries))},headers(value){if(typeof value!=="object")return void 0;
const plain={};for(const entry of Symbol.iterator in value?value:Object.entries(value)){if(!Array.isArray(entry))return void 0;
const[name,field]=entry;if(isPresent(field))plain[String(name).toLowerCase()]=String(field)}return plain}};var encoder;function stringOrUndefined(value){
return typeof value==="string"?value:void 0}function isPlain(value){const prototype=Object.getPrototypeOf(value);return prototype===
null||Object.getPrototypeOf(prototype)===null}var isPresent=value=>value!==void 0&&value!==null;var core_bg_default=()=>{var glue=(()=>{var __defProp2=Object.defineProperty;var __getOwnPropDesc2=Object.getOwnPropertyDescriptor;
var __getOwnPropNames2=Object.getOwnPropertyNames;var __hasOwnProp2=Object.prototype.hasOwnProperty;var __export2=(target,all)=>{
for(var name in all)__defProp2(target,name,{get:all[name],enumerable:true})};var __copyProps2=(to,from,except,desc)=>{if(from&&
typeof from==="object"||typeof from==="function"){for(let key2 of __getOwnPropNames2(from))if(!__hasOwnProp2.call(to,key2)&&
key2!==except)__defProp2(to,key2,{get:()=>from[key2],enumerable:!(desc=__getOwnPropDesc2(from,key2))||desc.enumerable})}
return to};var __toCommonJS2=mod=>__copyProps2(__defProp2({},"__esModule",{value:true}),mod);var stdin_exports={};__export2(
stdin_exports,{ApiBaseUrl:()=>ApiBaseUrl,ApiResponse:()=>ApiResponse,ArgumentProblem:()=>ArgumentProblem,CallbackPage:()=>CallbackPage,
ConnectionTest:()=>ConnectionTest,OAuthCore:()=>OAuthCore,PagePredictor:()=>PagePredictor,Paginator:()=>Paginator,Proxies:()=>Proxies,
Redactor:()=>Redactor,RefreshAction:()=>RefreshAction,RefreshAdmission:()=>RefreshAdmission,RefreshDecision:()=>RefreshDecision,
RefreshEvent:()=>RefreshEvent,RefreshPolicy:()=>RefreshPolicy,RefreshPriority:()=>RefreshPriority,RefreshQueue:()=>RefreshQueue,
RemovedEndpoints:()=>RemovedEndpoints,RequestLog:()=>RequestLog,TokenMetadata:()=>TokenMetadata,__wbg_Error_208446807d0d1e30:()=>__wbg_Error_208446807d0d1e30,
__wbg_Number_ff192a72a0dcdf6d:()=>__wbg_Number_ff192a72a0dcdf6d,__wbg___wbindgen_is_undefined_be5b34249ff1fc15:()=>__wbg___wbindgen_is_undefined_be5b34249ff1fc15,
__wbg___wbindgen_string_get_7ce8eee7fd327545:()=>__wbg___wbindgen_string_get_7ce8eee7fd327545,__wbg___wbindgen_throw_4c88d8bf264fd984:()=>__wbg___wbindgen_throw_4c88d8bf264fd984,
__wbg_call_e55540e1e1d8271f:()=>__wbg_call_e55540e1e1d8271f,__wbg_callbackpage_new:()=>__wbg_callbackpage_new,__wbg_encodeInto_f84fe2e682efb4b5:()=>__wbg_encodeInto_f84fe2e682efb4b5,
__wbg_getRandomValues_07f3179f2d015362:()=>__wbg_getRandomValues_07f3179f2d015362,__wbg_length_e83e819f48c774e4:()=>__wbg_length_e83e819f48c774e4,
__wbg_new_37eb45aaf5eeb820:()=>__wbg_new_37eb45aaf5eeb820,__wbg_new_cd4348290afae586:()=>__wbg_new_cd4348290afae586,__wbg_new_ff4f629e907a6b0e:()=>__wbg_new_ff4f629e907a6b0e,
__wbg_oauthcore_new:()=>__wbg_oauthcore_new,__wbg_parse_c3f72b5a24f83c01:()=>__wbg_parse_c3f72b5a24f83c01,__wbg_proxies_new:()=>__wbg_proxies_new,
__wbg_set_d2d33b52458e984a:()=>__wbg_set_d2d33b52458e984a,__wbg_set_e4b9a833d288759a:()=>__wbg_set_e4b9a833d288759a,__wbg_set_wasm:()=>__wbg_set_wasm,
__wbg_static_accessor_CRYPTO_1bdd9114f982ddbc:()=>__wbg_static_accessor_CRYPTO_1bdd9114f982ddbc,__wbg_written_e980674f3cffe11c:()=>__wbg_written_e980674f3cffe11c,
__wbindgen_generic_0000000000000001:()=>__wbindgen_generic_0000000000000001,__wbindgen_generic_0000000000000002:()=>__wbindgen_generic_0000000000000002,
__wbindgen_generic_0000000000000003:()=>__wbindgen_generic_0000000000000003,__wbindgen_init_externref_table:()=>__wbindgen_init_externref_table,
apiErrorFromResponse:()=>apiErrorFromResponse,argumentSchema:()=>argumentSchema,bearer:()=>bearer,callbackState:()=>callbackState,
checkUnmatchedCallback:()=>checkUnmatchedCallback,chooseRedisDatabase:()=>chooseRedisDatabase,classifyEntry:()=>classifyEntry,
classifyRow:()=>classifyRow,clientGeneration:()=>clientGeneration,clockSkew:()=>clockSkew,createPageCore:()=>createPageCore,
createPublicCore:()=>createPublicCore,credentialMembers:()=>credentialMembers,decidePublication:()=>decidePublication,defaultScopes:()=>defaultScopes,
endpointStatus:()=>endpointStatus,environmentVariables:()=>environmentVariables,errorDetails:()=>errorDetails,expandScopes:()=>expandScopes2,
grantTypePhase:()=>grantTypePhase,holdsUserTokens:()=>holdsUserTokens,honorsRetryAfter:()=>honorsRetryAfter,isClientCredentials:()=>isClientCredentials,
isEntryNewer:()=>isEntryNewer,isExpired:()=>isExpired,isFromAnotherLogin:()=>isFromAnotherLogin,isHourlyLimitExhausted:()=>isHourlyLimitExhausted,
isIssuedLater:()=>isIssuedLater,isLoginExpired:()=>isLoginExpired,isMissingFromSharedStore:()=>isMissingFromSharedStore,
isRefreshTokenRefused:()=>isRefreshTokenRefused,isRefreshable:()=>isRefreshable,isSafeMethod:()=>isSafeMethod,isSameRedisDatabase:()=>isSameRedisDatabase,
isUsablePrefetch:()=>isUsablePrefetch,isVaultReference:()=>isVaultReference,issuesNotFoundBody:()=>issuesNotFoundBody,loginTimeout:()=>loginTimeout,
maskedCredentialError:()=>maskedCredentialError,maxInspectedBytes:()=>maxInspectedBytes,mayForwardHeader:()=>mayForwardHeader,
mayRetry:()=>mayRetry,maySucceedAfterRefresh:()=>maySucceedAfterRefresh,missingScopes:()=>missingScopes2,nocodbStatus:()=>nocodbStatus,
pageRetryDelay:()=>pageRetryDelay,pageUrl:()=>pageUrl,parseRedisUrl:()=>parseRedisUrl,parseScopes:()=>parseScopes,provesCredential:()=>provesCredential,
proxyVariables:()=>proxyVariables,rateLimitUpdate:()=>rateLimitUpdate,rateLimitWindow:()=>rateLimitWindow,readCredential:()=>readCredential,
readEnvironment:()=>readEnvironment2,redirectUriStatus:()=>redirectUriStatus,redisDatabaseCandidates:()=>redisDatabaseCandidates,
redisErrorSummary:()=>redisErrorSummary,redisFallbackReason:()=>redisFallbackReason,rejectClientOverrides:()=>rejectClientOverrides,
removeCallbackParameters:()=>removeCallbackParameters,resourceGroup:()=>resourceGroup,retiredScopes:()=>retiredScopes,retryDelay:()=>retryDelay,
secretLength:()=>secretLength,throwArgumentError:()=>throwArgumentError,throwMissingFeature:()=>throwMissingFeature,transactionTimeout:()=>transactionTimeout,
transactionTimeoutError:()=>transactionTimeoutError,trialExchangeOutcome:()=>trialExchangeOutcome,usesAuthorizationCode:()=>usesAuthorizationCode,
workspaceSegment:()=>workspaceSegment});class ApiBaseUrl{__destroy_into_raw(){const ptr=this.__wbg_ptr;this.__wbg_ptr=0;
ApiBaseUrlFinalization.unregister(this);return ptr}free(){const ptr=this.__destroy_into_raw();wasm.__wbg_apibaseurl_free(
ptr,0)}followUp(method,url,with_credential,status,location2,redirects_followed,max_redirects,redirect_mode){const val5=+with_credential;
const val6=+status;const val7=+redirects_followed;const val8=+(isLikeNone(max_redirects)?0:max_redirects);let ptr0,len0,
ptr1,len1,ptr2,len2,ptr3,len3;try{ptr0=passStringToWasm0(method,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;
ptr1=passStringToWasm0(url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN;ptr2=isLikeNone(location2)?
0:passStringToWasm0(location2,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len2=WASM_VECTOR_LEN;ptr3=passStringToWasm0(
redirect_mode,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len3=WASM_VECTOR_LEN}catch(e){if(ptr3){wasm.__wbindgen_free(
ptr3,len3*1,1)}if(ptr2){wasm.__wbindgen_free(ptr2,len2*1,1)}if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(
ptr0,len0*1,1)}throw e}const ret=wasm.apibaseurl_followUp(this.__wbg_ptr,ptr0,len0,ptr1,len1,val5,val6,ptr2,len2,val7,!isLikeNone(
max_redirects),val8,ptr3,len3);if(ret[2]){throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(ret[0])}constructor(url){
const ptr0=passStringToWasm0(url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.
apibaseurl_new(ptr0,len0);if(ret[2]){throw takeFromExternrefTable0(ret[1])}this.__wbg_ptr=ret[0];ApiBaseUrlFinalization.
register(this,this.__wbg_ptr,this);return this}relativePath(url){let deferred3_0;let deferred3_1;try{const ptr0=passStringToWasm0(
url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.apibaseurl_relativePath(this.
__wbg_ptr,ptr0,len0);var ptr2=ret[0];var len2=ret[1];if(ret[3]){ptr2=0;len2=0;throw takeFromExternrefTable0(ret[2])}deferred3_0=
ptr2;deferred3_1=len2;return getStringFromWasm0(ptr2,len2)}finally{wasm.__wbindgen_free(deferred3_0,deferred3_1,1)}}}if(Symbol.
dispose)ApiBaseUrl.prototype[Symbol.dispose]=ApiBaseUrl.prototype.free;class ApiResponse{__destroy_into_raw(){const ptr=this.
__wbg_ptr;this.__wbg_ptr=0;ApiResponseFinalization.unregister(this);return ptr}free(){const ptr=this.__destroy_into_raw();
wasm.__wbg_apiresponse_free(ptr,0)}constructor(status,headers,body,received_at,path,is_foreign_origin){const val4=+status;
const val5=+received_at;const val6=+is_foreign_origin;let ptr0,len0,ptr1,len1,ptr2,len2;try{ptr0=passStringToWasm0(headers,
wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;ptr1=passArray8ToWasm0(body,wasm.__wbindgen_malloc);
len1=WASM_VECTOR_LEN;ptr2=isLikeNone(path)?0:passStringToWasm0(path,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len2=
WASM_VECTOR_LEN}catch(e){if(ptr2){wasm.__wbindgen_free(ptr2,len2*1,1)}if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){
wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.apiresponse_new(val4,ptr0,len0,ptr1,len1,val5,ptr2,len2,val6);
this.__wbg_ptr=ret;ApiResponseFinalization.register(this,this.__wbg_ptr,this);return this}}if(Symbol.dispose)ApiResponse.
prototype[Symbol.dispose]=ApiResponse.prototype.free;const ArgumentProblem=Object.freeze({NotAnObject:0,"0":"NotAnObject",
Unreadable:1,"1":"Unreadable",UnknownMember:2,"2":"UnknownMember",MissingMember:3,"3":"MissingMember",WrongType:4,"4":"W\
rongType",TooLong:5,"5":"TooLong"});class CallbackPage{static __wrap(ptr){const obj=Object.create(CallbackPage.prototype);
obj.__wbg_ptr=ptr;CallbackPageFinalization.register(obj,obj.__wbg_ptr,obj);return obj}__destroy_into_raw(){const ptr=this.
__wbg_ptr;this.__wbg_ptr=0;CallbackPageFinalization.unregister(this);return ptr}free(){const ptr=this.__destroy_into_raw();
wasm.__wbg_callbackpage_free(ptr,0)}contentFor(target){const ptr0=passStringToWasm0(target,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
const len0=WASM_VECTOR_LEN;const ret=wasm.callbackpage_contentFor(this.__wbg_ptr,ptr0,len0);return ret}}if(Symbol.dispose)
CallbackPage.prototype[Symbol.dispose]=CallbackPage.prototype.free;class ConnectionTest{__destroy_into_raw(){const ptr=this.
__wbg_ptr;this.__wbg_ptr=0;ConnectionTestFinalization.unregister(this);return ptr}free(){const ptr=this.__destroy_into_raw();
wasm.__wbg_connectiontest_free(ptr,0)}constructor(kind,workspace,repository,hint,requested_scopes,granted_scopes){let ptr0,
len0,ptr1,len1,ptr2,len2,ptr3,len3,ptr4,len4,ptr5,len5;try{ptr0=passStringToWasm0(kind,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len0=WASM_VECTOR_LEN;ptr1=isLikeNone(workspace)?0:passStringToWasm0(workspace,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len1=WASM_VECTOR_LEN;ptr2=isLikeNone(repository)?0:passStringToWasm0(repository,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len2=WASM_VECTOR_LEN;ptr3=isLikeNone(hint)?0:passStringToWasm0(hint,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len3=
WASM_VECTOR_LEN;ptr4=isLikeNone(requested_scopes)?0:passStringToWasm0(requested_scopes,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len4=WASM_VECTOR_LEN;ptr5=isLikeNone(granted_scopes)?0:passStringToWasm0(granted_scopes,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len5=WASM_VECTOR_LEN}catch(e){if(ptr5){wasm.__wbindgen_free(ptr5,len5*1,1)}if(ptr4){wasm.__wbindgen_free(ptr4,len4*1,1)}
if(ptr3){wasm.__wbindgen_free(ptr3,len3*1,1)}if(ptr2){wasm.__wbindgen_free(ptr2,len2*1,1)}if(ptr1){wasm.__wbindgen_free(
ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.connectiontest_new(ptr0,len0,ptr1,len1,
ptr2,len2,ptr3,len3,ptr4,len4,ptr5,len5);if(ret[2]){throw takeFromExternrefTable0(ret[1])}this.__wbg_ptr=ret[0];ConnectionTestFinalization.
register(this,this.__wbg_ptr,this);return this}onError(message){const ptr0=passStringToWasm0(message,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;wasm.connectiontest_onError(this.__wbg_ptr,ptr0,len0)}onResponse(response){
_assertClass(response,ApiResponse);var ptr0=response.__destroy_into_raw();wasm.connectiontest_onResponse(this.__wbg_ptr,
ptr0)}get path(){const ret=wasm.connectiontest_path(this.__wbg_ptr);let v1;if(ret[0]!==0){v1=getStringFromWasm0(ret[0],ret[1]);
wasm.__wbindgen_free(ret[0],ret[1]*1,1)}return v1}get result(){const ret=wasm.connectiontest_result(this.__wbg_ptr);return ret}}
if(Symbol.dispose)ConnectionTest.prototype[Symbol.dispose]=ConnectionTest.prototype.free;class OAuthCore{static __wrap(ptr){
const obj=Object.create(OAuthCore.prototype);obj.__wbg_ptr=ptr;OAuthCoreFinalization.register(obj,obj.__wbg_ptr,obj);return obj}__destroy_into_raw(){
const ptr=this.__wbg_ptr;this.__wbg_ptr=0;OAuthCoreFinalization.unregister(this);return ptr}free(){const ptr=this.__destroy_into_raw();
wasm.__wbg_oauthcore_free(ptr,0)}get apiUrl(){let deferred1_0;let deferred1_1;try{const ret=wasm.oauthcore_apiUrl(this.__wbg_ptr);
deferred1_0=ret[0];deferred1_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{wasm.__wbindgen_free(deferred1_0,
deferred1_1,1)}}authorizationUrl(){let deferred1_0;let deferred1_1;try{const ret=wasm.oauthcore_authorizationUrl(this.__wbg_ptr);
deferred1_0=ret[0];deferred1_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{wasm.__wbindgen_free(deferred1_0,
deferred1_1,1)}}get authorizeUrl(){let deferred1_0;let deferred1_1;try{const ret=wasm.oauthcore_authorizeUrl(this.__wbg_ptr);
deferred1_0=ret[0];deferred1_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{wasm.__wbindgen_free(deferred1_0,
deferred1_1,1)}}buildClientCredentialsRequest(){const ret=wasm.oauthcore_buildClientCredentialsRequest(this.__wbg_ptr);if(ret[2]){
throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(ret[0])}buildNocoDbTokenRequest(code,code_verifier,is_verifier_optional){
const val3=+is_verifier_optional;let ptr0,len0,ptr1,len1;try{ptr0=passStringToWasm0(code,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len0=WASM_VECTOR_LEN;ptr1=isLikeNone(code_verifier)?0:passStringToWasm0(code_verifier,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len1=WASM_VECTOR_LEN}catch(e){if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}
throw e}const ret=wasm.oauthcore_buildNocoDbTokenRequest(this.__wbg_ptr,ptr0,len0,ptr1,len1,val3);if(ret[2]){throw takeFromExternrefTable0(
ret[1])}return takeFromExternrefTable0(ret[0])}buildRefreshRequest(refresh_token){const ptr0=passStringToWasm0(refresh_token,
wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.oauthcore_buildRefreshRequest(
this.__wbg_ptr,ptr0,len0);if(ret[2]){throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(ret[0])}buildRequestForGrantType(grant_type,refresh_token){
let ptr0,len0,ptr1,len1;try{ptr0=passStringToWasm0(grant_type,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;
ptr1=passStringToWasm0(refresh_token,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN}catch(e){if(ptr1){
wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.oauthcore_buildRequestForGrantType(
this.__wbg_ptr,ptr0,len0,ptr1,len1);if(ret[2]){throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(ret[0])}buildTokenRequest(code,code_verifier,code_verifier_alias,redirect_uri){
let ptr0,len0,ptr1,len1,ptr2,len2,ptr3,len3;try{ptr0=passStringToWasm0(code,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len0=WASM_VECTOR_LEN;ptr1=isLikeNone(code_verifier)?0:passStringToWasm0(code_verifier,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len1=WASM_VECTOR_LEN;ptr2=isLikeNone(code_verifier_alias)?0:passStringToWasm0(code_verifier_alias,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);len2=WASM_VECTOR_LEN;ptr3=isLikeNone(redirect_uri)?0:passStringToWasm0(redirect_uri,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);len3=WASM_VECTOR_LEN}catch(e){if(ptr3){wasm.__wbindgen_free(ptr3,len3*1,1)}if(ptr2){wasm.__wbindgen_free(
ptr2,len2*1,1)}if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.
oauthcore_buildTokenRequest(this.__wbg_ptr,ptr0,len0,ptr1,len1,ptr2,len2,ptr3,len3);if(ret[2]){throw takeFromExternrefTable0(
ret[1])}return takeFromExternrefTable0(ret[0])}get clientId(){let deferred1_0;let deferred1_1;try{const ret=wasm.oauthcore_clientId(
this.__wbg_ptr);deferred1_0=ret[0];deferred1_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{wasm.__wbindgen_free(
deferred1_0,deferred1_1,1)}}completeRedirect(url,state,started_at,now){const val3=+started_at;const val4=+now;let ptr0,len0,
ptr1,len1;try{ptr0=passStringToWasm0(url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;ptr1=passStringToWasm0(
state,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN}catch(e){if(ptr1){wasm.__wbindgen_free(ptr1,len1*
1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.oauthcore_completeRedirect(this.__wbg_ptr,ptr0,
len0,ptr1,len1,val3,val4);if(ret[3]){throw takeFromExternrefTable0(ret[2])}let v5;if(ret[0]!==0){v5=getStringFromWasm0(ret[0],
ret[1]);wasm.__wbindgen_free(ret[0],ret[1]*1,1)}return v5}get confidential(){const ret=wasm.oauthcore_confidential(this.
__wbg_ptr);return ret!==0}createAuthorizationRequest(extra_params){var ptr0=isLikeNone(extra_params)?0:passStringToWasm0(
extra_params,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);var len0=WASM_VECTOR_LEN;const ret=wasm.oauthcore_createAuthorizationRequest(
this.__wbg_ptr,ptr0,len0);if(ret[2]){throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(ret[0])}deriveKey(purpose){
const ptr0=passStringToWasm0(purpose,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.
oauthcore_deriveKey(this.__wbg_ptr,ptr0,len0);if(ret[3]){throw takeFromExternrefTable0(ret[2])}var v2=getArrayU8FromWasm0(
ret[0],ret[1]).slice();wasm.__wbindgen_free(ret[0],ret[1]*1,1);return v2}isCallbackUrl(url){const ptr0=passStringToWasm0(
url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.oauthcore_isCallbackUrl(this.
__wbg_ptr,ptr0,len0);return ret!==0}missingScopes(granted){const ptr0=passStringToWasm0(granted,wasm.__wbindgen_malloc,wasm.
__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.oauthcore_missingScopes(this.__wbg_ptr,ptr0,len0);if(ret[2]){
throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(ret[0])}constructor(client_id,redirect_uri,client_secret,scopes,authorize_url,token_url,api_url){
let ptr0,len0,ptr1,len1,ptr2,len2,ptr3,len3,ptr4,len4,ptr5,len5,ptr6,len6;try{ptr0=passStringToWasm0(client_id,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;ptr1=passStringToWasm0(redirect_uri,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len1=WASM_VECTOR_LEN;ptr2=isLikeNone(client_secret)?0:passStringToWasm0(client_secret,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len2=WASM_VECTOR_LEN;ptr3=isLikeNone(scopes)?0:passStringToWasm0(scopes,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len3=WASM_VECTOR_LEN;ptr4=isLikeNone(authorize_url)?0:passStringToWasm0(authorize_url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len4=WASM_VECTOR_LEN;ptr5=isLikeNone(token_url)?0:passStringToWasm0(token_url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len5=WASM_VECTOR_LEN;ptr6=isLikeNone(api_url)?0:passStringToWasm0(api_url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len6=WASM_VECTOR_LEN}catch(e){if(ptr6){wasm.__wbindgen_free(ptr6,len6*1,1)}if(ptr5){wasm.__wbindgen_free(ptr5,len5*1,1)}
if(ptr4){wasm.__wbindgen_free(ptr4,len4*1,1)}if(ptr3){wasm.__wbindgen_free(ptr3,len3*1,1)}if(ptr2){wasm.__wbindgen_free(
ptr2,len2*1,1)}if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.
oauthcore_new(ptr0,len0,ptr1,len1,ptr2,len2,ptr3,len3,ptr4,len4,ptr5,len5,ptr6,len6);if(ret[2]){throw takeFromExternrefTable0(
ret[1])}this.__wbg_ptr=ret[0];OAuthCoreFinalization.register(this,this.__wbg_ptr,this);return this}parseTokenResponse(grant_type,status,body,received_at,content_type,www_authenticate,retry_after,previous_refresh_token,previous_scopes,request_body){
const val9=+status;const val10=+received_at;let ptr0,len0,ptr1,len1,ptr2,len2,ptr3,len3,ptr4,len4,ptr5,len5,ptr6,len6,ptr7,
len7;try{ptr0=passStringToWasm0(grant_type,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;ptr1=passArray8ToWasm0(
body,wasm.__wbindgen_malloc);len1=WASM_VECTOR_LEN;ptr2=isLikeNone(content_type)?0:passStringToWasm0(content_type,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);len2=WASM_VECTOR_LEN;ptr3=isLikeNone(www_authenticate)?0:passStringToWasm0(www_authenticate,wasm.
__wbindgen_malloc,wasm.__wbindgen_realloc);len3=WASM_VECTOR_LEN;ptr4=isLikeNone(retry_after)?0:passStringToWasm0(retry_after,
wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len4=WASM_VECTOR_LEN;ptr5=isLikeNone(previous_refresh_token)?0:passStringToWasm0(
previous_refresh_token,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len5=WASM_VECTOR_LEN;ptr6=isLikeNone(previous_scopes)?
0:passStringToWasm0(previous_scopes,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len6=WASM_VECTOR_LEN;ptr7=isLikeNone(
request_body)?0:passStringToWasm0(request_body,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len7=WASM_VECTOR_LEN}catch(e){
if(ptr7){wasm.__wbindgen_free(ptr7,len7*1,1)}if(ptr6){wasm.__wbindgen_free(ptr6,len6*1,1)}if(ptr5){wasm.__wbindgen_free(
ptr5,len5*1,1)}if(ptr4){wasm.__wbindgen_free(ptr4,len4*1,1)}if(ptr3){wasm.__wbindgen_free(ptr3,len3*1,1)}if(ptr2){wasm.__wbindgen_free(
ptr2,len2*1,1)}if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.
oauthcore_parseTokenResponse(this.__wbg_ptr,ptr0,len0,val9,ptr1,len1,val10,ptr2,len2,ptr3,len3,ptr4,len4,ptr5,len5,ptr6,
len6,ptr7,len7);if(ret[2]){throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(ret[0])}get redirectUri(){
let deferred1_0;let deferred1_1;try{const ret=wasm.oauthcore_redirectUri(this.__wbg_ptr);deferred1_0=ret[0];deferred1_1=
ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{wasm.__wbindgen_free(deferred1_0,deferred1_1,1)}}get scopes(){const ret=wasm.
oauthcore_scopes(this.__wbg_ptr);return ret}get tokenUrl(){let deferred1_0;let deferred1_1;try{const ret=wasm.oauthcore_tokenUrl(
this.__wbg_ptr);deferred1_0=ret[0];deferred1_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{wasm.__wbindgen_free(
deferred1_0,deferred1_1,1)}}validateAuthorizationResponse(callback,state){const ptr0=passStringToWasm0(state,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.oauthcore_validateAuthorizationResponse(this.__wbg_ptr,
callback,ptr0,len0);if(ret[2]){throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(ret[0])}validateInPage(url,state){
let ptr0,len0,ptr1,len1;try{ptr0=passStringToWasm0(url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;
ptr1=passStringToWasm0(state,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN}catch(e){if(ptr1){wasm.
__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.oauthcore_validateInPage(
this.__wbg_ptr,ptr0,len0,ptr1,len1);if(ret[3]){throw takeFromExternrefTable0(ret[2])}let v3;if(ret[0]!==0){v3=getStringFromWasm0(
ret[0],ret[1]);wasm.__wbindgen_free(ret[0],ret[1]*1,1)}return v3}}if(Symbol.dispose)OAuthCore.prototype[Symbol.dispose]=
OAuthCore.prototype.free;class PagePredictor{__destroy_into_raw(){const ptr=this.__wbg_ptr;this.__wbg_ptr=0;PagePredictorFinalization.
unregister(this);return ptr}free(){const ptr=this.__destroy_into_raw();wasm.__wbg_pagepredictor_free(ptr,0)}constructor(){
const ret=wasm.pagepredictor_new();this.__wbg_ptr=ret;PagePredictorFinalization.register(this,this.__wbg_ptr,this);return this}onPage(url,next,pagelen,size){
const val3=+(isLikeNone(pagelen)?0:pagelen);const val4=+(isLikeNone(size)?0:size);let ptr0,len0,ptr1,len1;try{ptr0=passStringToWasm0(
url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;ptr1=isLikeNone(next)?0:passStringToWasm0(next,
wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN}catch(e){if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,
1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.pagepredictor_onPage(this.__wbg_ptr,ptr0,len0,ptr1,
len1,!isLikeNone(pagelen),val3,!isLikeNone(size),val4);let v5;if(ret[0]!==0){v5=getStringFromWasm0(ret[0],ret[1]);wasm.__wbindgen_free(
ret[0],ret[1]*1,1)}return v5}onRequest(url){const ptr0=passStringToWasm0(url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
const len0=WASM_VECTOR_LEN;const ret=wasm.pagepredictor_onRequest(this.__wbg_ptr,ptr0,len0);let v2;if(ret[0]!==0){v2=getStringFromWasm0(
ret[0],ret[1]);wasm.__wbindgen_free(ret[0],ret[1]*1,1)}return v2}onSuccess(url){const ptr0=passStringToWasm0(url,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.pagepredictor_onSuccess(this.__wbg_ptr,ptr0,len0);return ret!==
0}reset(){wasm.pagepredictor_reset(this.__wbg_ptr)}}if(Symbol.dispose)PagePredictor.prototype[Symbol.dispose]=PagePredictor.
prototype.free;class Paginator{__destroy_into_raw(){const ptr=this.__wbg_ptr;this.__wbg_ptr=0;PaginatorFinalization.unregister(
this);return ptr}free(){const ptr=this.__destroy_into_raw();wasm.__wbg_paginator_free(ptr,0)}advance(next,values,page,pagelen,size){
const val2=+values;const val3=+(isLikeNone(page)?0:page);const val4=+(isLikeNone(pagelen)?0:pagelen);const val5=+(isLikeNone(
size)?0:size);var ptr0=isLikeNone(next)?0:passStringToWasm0(next,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);var len0=WASM_VECTOR_LEN;
const ret=wasm.paginator_advance(this.__wbg_ptr,ptr0,len0,val2,!isLikeNone(page),val3,!isLikeNone(pagelen),val4,!isLikeNone(
size),val5);if(ret[2]){throw takeFromExternrefTable0(ret[1])}return ret[0]!==0}fetchableUrls(held){const ret=wasm.paginator_fetchableUrls(
this.__wbg_ptr,held);var v1=getArrayJsValueFromWasm0(ret[0],ret[1]);wasm.__wbindgen_free(ret[0],ret[1]*4,4);return v1}mayPrefetch(unused){
const ret=wasm.paginator_mayPrefetch(this.__wbg_ptr,unused);return ret!==0}constructor(first_page,concurrency){const val2=+(isLikeNone(
concurrency)?0:concurrency);const ptr0=passStringToWasm0(first_page,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;
const ret=wasm.paginator_new(ptr0,len0,!isLikeNone(concurrency),val2);if(ret[2]){throw takeFromExternrefTable0(ret[1])}this.
__wbg_ptr=ret[0];PaginatorFinalization.register(this,this.__wbg_ptr,this);return this}get pageToken(){let deferred2_0;let deferred2_1;
try{const ret=wasm.paginator_pageToken(this.__wbg_ptr);var ptr1=ret[0];var len1=ret[1];if(ret[3]){ptr1=0;len1=0;throw takeFromExternrefTable0(
ret[2])}deferred2_0=ptr1;deferred2_1=len1;return getStringFromWasm0(ptr1,len1)}finally{wasm.__wbindgen_free(deferred2_0,
deferred2_1,1)}}recordWastedPrefetch(){wasm.paginator_recordWastedPrefetch(this.__wbg_ptr)}get url(){let deferred1_0;let deferred1_1;
try{const ret=wasm.paginator_url(this.__wbg_ptr);deferred1_0=ret[0];deferred1_1=ret[1];return getStringFromWasm0(ret[0],
ret[1])}finally{wasm.__wbindgen_free(deferred1_0,deferred1_1,1)}}}if(Symbol.dispose)Paginator.prototype[Symbol.dispose]=
Paginator.prototype.free;class Proxies{static __wrap(ptr){const obj=Object.create(Proxies.prototype);obj.__wbg_ptr=ptr;ProxiesFinalization.
register(obj,obj.__wbg_ptr,obj);return obj}__destroy_into_raw(){const ptr=this.__wbg_ptr;this.__wbg_ptr=0;ProxiesFinalization.
unregister(this);return ptr}free(){const ptr=this.__destroy_into_raw();wasm.__wbg_proxies_free(ptr,0)}proxyFor(url){const ptr0=passStringToWasm0(
url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.proxies_proxyFor(this.__wbg_ptr,
ptr0,len0);if(ret[2]){throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(ret[0])}}if(Symbol.dispose)Proxies.
prototype[Symbol.dispose]=Proxies.prototype.free;class Redactor{__destroy_into_raw(){const ptr=this.__wbg_ptr;this.__wbg_ptr=
0;RedactorFinalization.unregister(this);return ptr}free(){const ptr=this.__destroy_into_raw();wasm.__wbg_redactor_free(ptr,
0)}end(){const ret=wasm.redactor_end(this.__wbg_ptr);var v1=getArrayU8FromWasm0(ret[0],ret[1]).slice();wasm.__wbindgen_free(
ret[0],ret[1]*1,1);return v1}constructor(authorization){const ptr0=passStringToWasm0(authorization,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.redactor_new(ptr0,len0);this.__wbg_ptr=ret;RedactorFinalization.
register(this,this.__wbg_ptr,this);return this}push(chunk){const ptr0=passArray8ToWasm0(chunk,wasm.__wbindgen_malloc);const len0=WASM_VECTOR_LEN;
const ret=wasm.redactor_push(this.__wbg_ptr,ptr0,len0);var v2=getArrayU8FromWasm0(ret[0],ret[1]).slice();wasm.__wbindgen_free(
ret[0],ret[1]*1,1);return v2}redact(text){let deferred2_0;let deferred2_1;try{const ptr0=passStringToWasm0(text,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.redactor_redact(this.__wbg_ptr,ptr0,len0);deferred2_0=
ret[0];deferred2_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{wasm.__wbindgen_free(deferred2_0,deferred2_1,
1)}}}if(Symbol.dispose)Redactor.prototype[Symbol.dispose]=Redactor.prototype.free;const RefreshAction=Object.freeze({Done:0,
"0":"Done",AcquireLock:1,"1":"AcquireLock",FindSuccessor:2,"2":"FindSuccessor",Enqueue:3,"3":"Enqueue",RequestTokens:4,"\
4":"RequestTokens",JudgeRefusal:5,"5":"JudgeRefusal",Publish:6,"6":"Publish",WriteTombstone:7,"7":"WriteTombstone",SaveTokens:8,
"8":"SaveTokens",ReportSaveFailure:9,"9":"ReportSaveFailure",Wait:10,"10":"Wait"});const RefreshAdmission=Object.freeze(
{None:0,"0":"None",NoneYet:1,"1":"NoneYet",First:2,"2":"First",FirstExclusive:3,"3":"FirstExclusive"});const RefreshDecision=Object.
freeze({Use:0,"0":"Use",Wait:1,"1":"Wait",Dead:2,"2":"Dead",RequestFailed:3,"3":"RequestFailed",RefreshPending:4,"4":"Re\
freshPending",TimedOut:5,"5":"TimedOut"});const RefreshEvent=Object.freeze({LockAcquired:0,"0":"LockAcquired",LockBusy:1,
"1":"LockBusy",LockLost:2,"2":"LockLost",NoStoreLeft:3,"3":"NoStoreLeft",NoSuccessor:4,"4":"NoSuccessor",Admitted:5,"5":"\
Admitted",Published:6,"6":"Published",Superseded:7,"7":"Superseded",Saved:8,"8":"Saved",SaveFailed:9,"9":"SaveFailed",Reported:10,
"10":"Reported",WaitEnded:11,"11":"WaitEnded"});class RefreshPolicy{__destroy_into_raw(){const ptr=this.__wbg_ptr;this.__wbg_ptr=
0;RefreshPolicyFinalization.unregister(this);return ptr}free(){const ptr=this.__destroy_into_raw();wasm.__wbg_refreshpolicy_free(
ptr,0)}acquire(known_generation,deadline,now){const ret=wasm.refreshpolicy_acquire(this.__wbg_ptr,known_generation,deadline,
now);return ret}get action(){const ret=wasm.refreshpolicy_action(this.__wbg_ptr);return ret}backgroundRefreshIn(now){const ret=wasm.
refreshpolicy_backgroundRefreshIn(this.__wbg_ptr,now);return ret[0]===0?void 0:ret[1]}backoff(now){const ret=wasm.refreshpolicy_backoff(
this.__wbg_ptr,now);return ret[0]===0?void 0:ret[1]}failureReason(now){const ret=wasm.refreshpolicy_failureReason(this.__wbg_ptr,
now);return ret}forceRefresh(generation,deadline,now){const ret=wasm.refreshpolicy_forceRefresh(this.__wbg_ptr,generation,
deadline,now);return ret}get generation(){const ret=wasm.refreshpolicy_generation(this.__wbg_ptr);return ret>>>0}handle(event,now,random){
const ret=wasm.refreshpolicy_handle(this.__wbg_ptr,event,now,random);return ret}isIdle(now){const ret=wasm.refreshpolicy_isIdle(
this.__wbg_ptr,now);return ret!==0}get isRefreshForced(){const ret=wasm.refreshpolicy_isRefreshForced(this.__wbg_ptr);return ret!==
0}get isRefused(){const ret=wasm.refreshpolicy_isRefused(this.__wbg_ptr);return ret!==0}isSuccessor(obtained_at,expires_at){
const ret=wasm.refreshpolicy_isSuccessor(this.__wbg_ptr,!isLikeNone(obtained_at),isLikeNone(obtained_at)?0:obtained_at,!isLikeNone(
expires_at),isLikeNone(expires_at)?0:expires_at);return ret!==0}constructor(obtained_at,expires_at,has_access_token,lockout,now){
const ret=wasm.refreshpolicy_new(!isLikeNone(obtained_at),isLikeNone(obtained_at)?0:obtained_at,!isLikeNone(expires_at),
isLikeNone(expires_at)?0:expires_at,has_access_token,lockout,now);this.__wbg_ptr=ret;RefreshPolicyFinalization.register(
this,this.__wbg_ptr,this);return this}onRefreshed(obtained_at,expires_at,now,random){const ret=wasm.refreshpolicy_onRefreshed(
this.__wbg_ptr,obtained_at,!isLikeNone(expires_at),isLikeNone(expires_at)?0:expires_at,now,random);return ret}onRefusalJudged(others_refused_ago,refused_ago,now,random){
const ret=wasm.refreshpolicy_onRefusalJudged(this.__wbg_ptr,!isLikeNone(others_refused_ago),isLikeNone(others_refused_ago)?
0:others_refused_ago,refused_ago,now,random);return ret}onRequestFailed(code,retryable,retry_after,now,random){const val2=+retryable;
const val3=+(isLikeNone(retry_after)?0:retry_after);const val4=+now;const val5=+random;const ptr0=passStringToWasm0(code,
wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.refreshpolicy_onRequestFailed(
this.__wbg_ptr,ptr0,len0,val2,!isLikeNone(retry_after),val3,val4,val5);return ret}onRowTokensFound(obtained_at,expires_at,now,random){
const ret=wasm.refreshpolicy_onRowTokensFound(this.__wbg_ptr,!isLikeNone(obtained_at),isLikeNone(obtained_at)?0:obtained_at,
!isLikeNone(expires_at),isLikeNone(expires_at)?0:expires_at,now,random);return ret}onStoredTokens(obtained_at,expires_at,now){
const ret=wasm.refreshpolicy_onStoredTokens(this.__wbg_ptr,!isLikeNone(obtained_at),isLikeNone(obtained_at)?0:obtained_at,
!isLikeNone(expires_at),isLikeNone(expires_at)?0:expires_at,now);return ret!==0}onSuccessorFound(obtained_at,expires_at,same_refresh_token,now,random){
const ret=wasm.refreshpolicy_onSuccessorFound(this.__wbg_ptr,!isLikeNone(obtained_at),isLikeNone(obtained_at)?0:obtained_at,
!isLikeNone(expires_at),isLikeNone(expires_at)?0:expires_at,same_refresh_token,now,random);return ret}onTombstoneFound(died_at,now,random){
const ret=wasm.refreshpolicy_onTombstoneFound(this.__wbg_ptr,!isLikeNone(died_at),isLikeNone(died_at)?0:died_at,now,random);
return ret}onUnauthorized(generation,repetitions,now){const ret=wasm.refreshpolicy_onUnauthorized(this.__wbg_ptr,generation,
repetitions,now);return ret!==0}onWorkFailed(generation,repetitions,now){const ret=wasm.refreshpolicy_onWorkFailed(this.
__wbg_ptr,generation,repetitions,now);return ret!==0}priority(now){const ret=wasm.refreshpolicy_priority(this.__wbg_ptr,
now);return ret}waitDuration(now){const ret=wasm.refreshpolicy_waitDuration(this.__wbg_ptr,now);return ret[0]===0?void 0:
ret[1]}}if(Symbol.dispose)RefreshPolicy.prototype[Symbol.dispose]=RefreshPolicy.prototype.free;const RefreshPriority=Object.
freeze({Urgent:0,"0":"Urgent",Normal:1,"1":"Normal",Suspect:2,"2":"Suspect"});class RefreshQueue{__destroy_into_raw(){const ptr=this.
__wbg_ptr;this.__wbg_ptr=0;RefreshQueueFinalization.unregister(this);return ptr}free(){const ptr=this.__destroy_into_raw();
wasm.__wbg_refreshqueue_free(ptr,0)}admission(now){const ret=wasm.refreshqueue_admission(this.__wbg_ptr,now);return ret}admitFirst(is_exclusive){
const ret=wasm.refreshqueue_admitFirst(this.__wbg_ptr,is_exclusive);return ret===Number.MAX_SAFE_INTEGER?void 0:ret}applyUpdate(refused_ago,granted_ago,now){
wasm.refreshqueue_applyUpdate(this.__wbg_ptr,!isLikeNone(refused_ago),isLikeNone(refused_ago)?0:refused_ago,!isLikeNone(
granted_ago),isLikeNone(granted_ago)?0:granted_ago,now)}enqueue(priority){const ret=wasm.refreshqueue_enqueue(this.__wbg_ptr,
priority);return ret>>>0}constructor(lockout){const ret=wasm.refreshqueue_new(lockout);this.__wbg_ptr=ret;RefreshQueueFinalization.
register(this,this.__wbg_ptr,this);return this}onFailed(now){wasm.refreshqueue_onFailed(this.__wbg_ptr,now)}onGranted(sent_at,now){
wasm.refreshqueue_onGranted(this.__wbg_ptr,sent_at,now)}onRefused(now){wasm.refreshqueue_onRefused(this.__wbg_ptr,now)}waitTime(now){
const ret=wasm.refreshqueue_waitTime(this.__wbg_ptr,now);return ret}}if(Symbol.dispose)RefreshQueue.prototype[Symbol.dispose]=
RefreshQueue.prototype.free;class RemovedEndpoints{__destroy_into_raw(){const ptr=this.__wbg_ptr;this.__wbg_ptr=0;RemovedEndpointsFinalization.
unregister(this);return ptr}free(){const ptr=this.__destroy_into_raw();wasm.__wbg_removedendpoints_free(ptr,0)}static limits(){
const ret=wasm.removedendpoints_limits();return ret}constructor(url){const ptr0=passStringToWasm0(url,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.removedendpoints_new(ptr0,len0);if(ret[2]){throw takeFromExternrefTable0(
ret[1])}this.__wbg_ptr=ret[0];RemovedEndpointsFinalization.register(this,this.__wbg_ptr,this);return this}page(url,size){
const val2=+size;const ptr0=passStringToWasm0(url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;
const ret=wasm.removedendpoints_page(this.__wbg_ptr,ptr0,len0,val2);if(ret[2]){throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(
ret[0])}replacement(method,url){let ptr0,len0,ptr1,len1;try{ptr0=passStringToWasm0(method,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len0=WASM_VECTOR_LEN;ptr1=passStringToWasm0(url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN}catch(e){
if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.removedendpoints_replacement(
this.__wbg_ptr,ptr0,len0,ptr1,len1);return ret}workspaceOutcome(url,segment,with_role,answer,kind){const val5=+with_role;
let ptr0,len0,ptr1,len1,ptr2,ptr3,len3;try{ptr0=passStringToWasm0(url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=
WASM_VECTOR_LEN;ptr1=passStringToWasm0(segment,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN;_assertClass(
answer,ApiResponse);ptr2=answer.__destroy_into_raw();ptr3=passStringToWasm0(kind,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len3=WASM_VECTOR_LEN}catch(e){if(ptr3){wasm.__wbindgen_free(ptr3,len3*1,1)}if(ptr2)wasm.__wbg_apiresponse_free(ptr2,1);if(ptr1){
wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.removedendpoints_workspaceOutcome(
this.__wbg_ptr,ptr0,len0,ptr1,len1,val5,ptr2,ptr3,len3);if(ret[2]){throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(
ret[0])}workspaceUrl(url,segment,with_role){let deferred5_0;let deferred5_1;try{const val3=+with_role;let ptr0,len0,ptr1,
len1;try{ptr0=passStringToWasm0(url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;ptr1=passStringToWasm0(
segment,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN}catch(e){if(ptr1){wasm.__wbindgen_free(ptr1,
len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.removedendpoints_workspaceUrl(this.__wbg_ptr,
ptr0,len0,ptr1,len1,val3);var ptr4=ret[0];var len4=ret[1];if(ret[3]){ptr4=0;len4=0;throw takeFromExternrefTable0(ret[2])}
deferred5_0=ptr4;deferred5_1=len4;return getStringFromWasm0(ptr4,len4)}finally{wasm.__wbindgen_free(deferred5_0,deferred5_1,
1)}}}if(Symbol.dispose)RemovedEndpoints.prototype[Symbol.dispose]=RemovedEndpoints.prototype.free;class RequestLog{__destroy_into_raw(){
const ptr=this.__wbg_ptr;this.__wbg_ptr=0;RequestLogFinalization.unregister(this);return ptr}free(){const ptr=this.__destroy_into_raw();
wasm.__wbg_requestlog_free(ptr,0)}markAllUnshared(){wasm.requestlog_markAllUnshared(this.__wbg_ptr)}markShared(numbers){
const ptr0=passArrayF64ToWasm0(numbers,wasm.__wbindgen_malloc);const len0=WASM_VECTOR_LEN;wasm.requestlog_markShared(this.
__wbg_ptr,ptr0,len0)}merge(other){_assertClass(other,RequestLog);wasm.requestlog_merge(this.__wbg_ptr,other.__wbg_ptr)}minimumSharedCount(now){
const ret=wasm.requestlog_minimumSharedCount(this.__wbg_ptr,now);return ret>>>0}constructor(){const ret=wasm.requestlog_new();
this.__wbg_ptr=ret;RequestLogFinalization.register(this,this.__wbg_ptr,this);return this}record(time,number,is_unshared){
wasm.requestlog_record(this.__wbg_ptr,time,number,is_unshared)}remove(number){wasm.requestlog_remove(this.__wbg_ptr,number)}unloggedCount(used,now){
const ret=wasm.requestlog_unloggedCount(this.__wbg_ptr,used,now);return ret>>>0}unshared(most,now){const ret=wasm.requestlog_unshared(
this.__wbg_ptr,most,now);var v1=getArrayF64FromWasm0(ret[0],ret[1]).slice();wasm.__wbindgen_free(ret[0],ret[1]*8,8);return v1}waitTime(limit,now){
const ret=wasm.requestlog_waitTime(this.__wbg_ptr,limit,now);return ret}}if(Symbol.dispose)RequestLog.prototype[Symbol.dispose]=
RequestLog.prototype.free;class TokenMetadata{__destroy_into_raw(){const ptr=this.__wbg_ptr;this.__wbg_ptr=0;TokenMetadataFinalization.
unregister(this);return ptr}free(){const ptr=this.__destroy_into_raw();wasm.__wbg_tokenmetadata_free(ptr,0)}constructor(authorized_at,account,obtained_at,expires_at){
const val3=+(isLikeNone(obtained_at)?0:obtained_at);const val4=+(isLikeNone(expires_at)?0:expires_at);let ptr0,len0,ptr1,
len1;try{ptr0=isLikeNone(authorized_at)?0:passStringToWasm0(authorized_at,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len0=WASM_VECTOR_LEN;ptr1=isLikeNone(account)?0:passStringToWasm0(account,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len1=WASM_VECTOR_LEN}catch(e){if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}
throw e}const ret=wasm.tokenmetadata_new(ptr0,len0,ptr1,len1,!isLikeNone(obtained_at),val3,!isLikeNone(expires_at),val4);
this.__wbg_ptr=ret;TokenMetadataFinalization.register(this,this.__wbg_ptr,this);return this}}if(Symbol.dispose)TokenMetadata.
prototype[Symbol.dispose]=TokenMetadata.prototype.free;function apiErrorFromResponse(response,kind){let ptr0,ptr1,len1;try{
_assertClass(response,ApiResponse);ptr0=response.__destroy_into_raw();ptr1=passStringToWasm0(kind,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN}catch(e){if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0)wasm.__wbg_apiresponse_free(
ptr0,1);throw e}const ret=wasm.apiErrorFromResponse(ptr0,ptr1,len1);if(ret[2]){throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(
ret[0])}function argumentSchema(argument){const ptr0=passStringToWasm0(argument,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
const len0=WASM_VECTOR_LEN;const ret=wasm.argumentSchema(ptr0,len0);return ret}function bearer(access_token){let deferred2_0;
let deferred2_1;try{const ptr0=passStringToWasm0(access_token,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;
const ret=wasm.bearer(ptr0,len0);deferred2_0=ret[0];deferred2_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{
wasm.__wbindgen_free(deferred2_0,deferred2_1,1)}}function callbackState(url,is_login_pending){const val2=+is_login_pending;
const ptr0=passStringToWasm0(url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.
callbackState(ptr0,len0,val2);let v3;if(ret[0]!==0){v3=getStringFromWasm0(ret[0],ret[1]);wasm.__wbindgen_free(ret[0],ret[1]*
1,1)}return v3}function checkUnmatchedCallback(url){const ptr0=passStringToWasm0(url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
const len0=WASM_VECTOR_LEN;const ret=wasm.checkUnmatchedCallback(ptr0,len0);if(ret[1]){throw takeFromExternrefTable0(ret[0])}}
function chooseRedisDatabase(surveyed,survey){let ptr0,len0,ptr1,len1;try{ptr0=passArray32ToWasm0(surveyed,wasm.__wbindgen_malloc);
len0=WASM_VECTOR_LEN;ptr1=passStringToWasm0(survey,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN}catch(e){
if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*4,4)}throw e}const ret=wasm.chooseRedisDatabase(
ptr0,len0,ptr1,len1);return ret}function classifyEntry(has_tokens,is_dead,same_refresh_token,same_access_token){let deferred1_0;
let deferred1_1;try{const ret=wasm.classifyEntry(has_tokens,is_dead,same_refresh_token,same_access_token);deferred1_0=ret[0];
deferred1_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{wasm.__wbindgen_free(deferred1_0,deferred1_1,1)}}function classifyRow(row,own,is_of_same_chain,is_in_vault,is_refused){
const val3=+is_of_same_chain;const val4=+is_in_vault;const val5=+is_refused;let ptr0=0,ptr1;try{if(!isLikeNone(row)){_assertClass(
row,TokenMetadata);ptr0=row.__destroy_into_raw()}_assertClass(own,TokenMetadata);ptr1=own.__destroy_into_raw()}catch(e){
if(ptr1)wasm.__wbg_tokenmetadata_free(ptr1,1);if(ptr0)wasm.__wbg_tokenmetadata_free(ptr0,1);throw e}const ret=wasm.classifyRow(
ptr0,ptr1,val3,val4,val5);return ret}function clientGeneration(client){_assertClass(client,OAuthCore);const ret=wasm.clientGeneration(
client.__wbg_ptr);let v1;if(ret[0]!==0){v1=getStringFromWasm0(ret[0],ret[1]);wasm.__wbindgen_free(ret[0],ret[1]*1,1)}return v1}
function clockSkew(date,earliest,latest){const val2=+earliest;const val3=+latest;const ptr0=passStringToWasm0(date,wasm.
__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.clockSkew(ptr0,len0,val2,val3);return ret[0]===
0?void 0:ret[1]}function createPageCore(origin,client_id,redirect_uri,scopes,authorize_url,token_url,api_url){let ptr0,len0,
ptr1,len1,ptr2,len2,ptr3,len3,ptr4,len4,ptr5,len5,ptr6,len6;try{ptr0=passStringToWasm0(origin,wasm.__wbindgen_malloc,wasm.
__wbindgen_realloc);len0=WASM_VECTOR_LEN;ptr1=isLikeNone(client_id)?0:passStringToWasm0(client_id,wasm.__wbindgen_malloc,
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
ret[1])}return OAuthCore.__wrap(ret[0])}function credentialMembers(){let deferred1_0;let deferred1_1;try{const ret=wasm.
credentialMembers();deferred1_0=ret[0];deferred1_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{wasm.__wbindgen_free(
deferred1_0,deferred1_1,1)}}function decidePublication(fence,position,is_first,newest_fence,highest_fence,is_last,own_fence){
const val2=+fence;const val3=+is_first;const val4=+newest_fence;const val5=+highest_fence;const val6=+is_last;const val7=+own_fence;
const ptr0=passStringToWasm0(position,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.
decidePublication(val2,ptr0,len0,val3,val4,val5,val6,val7);return ret}function defaultScopes(){const ret=wasm.defaultScopes();
return ret}function endpointStatus(is_for_users,status){let deferred1_0;let deferred1_1;try{const ret=wasm.endpointStatus(
is_for_users,status);deferred1_0=ret[0];deferred1_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{wasm.__wbindgen_free(
deferred1_0,deferred1_1,1)}}function environmentVariables(){let deferred1_0;let deferred1_1;try{const ret=wasm.environmentVariables();
deferred1_0=ret[0];deferred1_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{wasm.__wbindgen_free(deferred1_0,
deferred1_1,1)}}function errorDetails(code,phase,field,status,retry_after,connection_end){const val5=+(isLikeNone(status)?
16777215:status);const val6=+(isLikeNone(retry_after)?0:retry_after);let ptr0,len0,ptr1,len1,ptr2,len2,ptr3,len3;try{ptr0=
passStringToWasm0(code,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;ptr1=passStringToWasm0(phase,
wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN;ptr2=isLikeNone(field)?0:passStringToWasm0(field,wasm.
__wbindgen_malloc,wasm.__wbindgen_realloc);len2=WASM_VECTOR_LEN;ptr3=isLikeNone(connection_end)?0:passStringToWasm0(connection_end,
wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len3=WASM_VECTOR_LEN}catch(e){if(ptr3){wasm.__wbindgen_free(ptr3,len3*1,
1)}if(ptr2){wasm.__wbindgen_free(ptr2,len2*1,1)}if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(
ptr0,len0*1,1)}throw e}const ret=wasm.errorDetails(ptr0,len0,ptr1,len1,ptr2,len2,val5,!isLikeNone(retry_after),val6,ptr3,
len3);if(ret[2]){throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(ret[0])}function expandScopes2(scopes){
const ptr0=passStringToWasm0(scopes,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.
expandScopes(ptr0,len0);if(ret[2]){throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(ret[0])}function grantTypePhase(grant_type){
let deferred2_0;let deferred2_1;try{const ptr0=passStringToWasm0(grant_type,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
const len0=WASM_VECTOR_LEN;const ret=wasm.grantTypePhase(ptr0,len0);deferred2_0=ret[0];deferred2_1=ret[1];return getStringFromWasm0(
ret[0],ret[1])}finally{wasm.__wbindgen_free(deferred2_0,deferred2_1,1)}}function holdsUserTokens(kind){const ptr0=passStringToWasm0(
kind,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.holdsUserTokens(ptr0,len0);
return ret!==0}function honorsRetryAfter(retry_after){const ret=wasm.honorsRetryAfter(retry_after);return ret!==0}function isClientCredentials(kind){
const ptr0=passStringToWasm0(kind,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.
isClientCredentials(ptr0,len0);return ret!==0}function isEntryNewer(obtained_at,expires_at,is_dead,fence,found_obtained_at,found_expires_at,found_is_dead,found_fence){
const ret=wasm.isEntryNewer(!isLikeNone(obtained_at),isLikeNone(obtained_at)?0:obtained_at,!isLikeNone(expires_at),isLikeNone(
expires_at)?0:expires_at,is_dead,fence,!isLikeNone(found_obtained_at),isLikeNone(found_obtained_at)?0:found_obtained_at,
!isLikeNone(found_expires_at),isLikeNone(found_expires_at)?0:found_expires_at,found_is_dead,found_fence);return ret!==0}
function isExpired(expires_at,now){const ret=wasm.isExpired(!isLikeNone(expires_at),isLikeNone(expires_at)?0:expires_at,
now);return ret!==0}function isFromAnotherLogin(code){const ptr0=passStringToWasm0(code,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
const len0=WASM_VECTOR_LEN;const ret=wasm.isFromAnotherLogin(ptr0,len0);return ret!==0}function isHourlyLimitExhausted(status,retry_after,received_at){
const val2=+(isLikeNone(status)?16777215:status);const val3=+received_at;var ptr0=isLikeNone(retry_after)?0:passStringToWasm0(
retry_after,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);var len0=WASM_VECTOR_LEN;const ret=wasm.isHourlyLimitExhausted(
val2,ptr0,len0,val3);return ret!==0}function isIssuedLater(obtained_at,expires_at,other_obtained_at,other_expires_at){const ret=wasm.
isIssuedLater(!isLikeNone(obtained_at),isLikeNone(obtained_at)?0:obtained_at,!isLikeNone(expires_at),isLikeNone(expires_at)?
0:expires_at,!isLikeNone(other_obtained_at),isLikeNone(other_obtained_at)?0:other_obtained_at,!isLikeNone(other_expires_at),
isLikeNone(other_expires_at)?0:other_expires_at);return ret!==0}function isLoginExpired(started_at,now){const ret=wasm.isLoginExpired(
started_at,now);return ret!==0}function isMissingFromSharedStore(obtained_at,expires_at,is_dead,fence,shared_obtained_at,shared_expires_at,shared_is_dead,shared_fence,same_refresh_token,is_linked){
const ret=wasm.isMissingFromSharedStore(!isLikeNone(obtained_at),isLikeNone(obtained_at)?0:obtained_at,!isLikeNone(expires_at),
isLikeNone(expires_at)?0:expires_at,is_dead,fence,!isLikeNone(shared_obtained_at),isLikeNone(shared_obtained_at)?0:shared_obtained_at,
!isLikeNone(shared_expires_at),isLikeNone(shared_expires_at)?0:shared_expires_at,shared_is_dead,shared_fence,same_refresh_token,
is_linked);return ret!==0}function isRefreshTokenRefused(code){const ptr0=passStringToWasm0(code,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.isRefreshTokenRefused(ptr0,len0);return ret!==0}function isRefreshable(kind,refresh_token){
let ptr0,len0,ptr1,len1;try{ptr0=passStringToWasm0(kind,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;
ptr1=passStringToWasm0(refresh_token,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN}catch(e){if(ptr1){
wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.isRefreshable(ptr0,
len0,ptr1,len1);return ret!==0}function isSafeMethod(method){const ptr0=passStringToWasm0(method,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.isSafeMethod(ptr0,len0);return ret!==0}function isSameRedisDatabase(address,database,other){
const val3=+database;let ptr0,len0,ptr1,len1;try{ptr0=passStringToWasm0(address,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len0=WASM_VECTOR_LEN;ptr1=passStringToWasm0(other,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN}catch(e){
if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.isSameRedisDatabase(
ptr0,len0,val3,ptr1,len1);return ret!==0}function isUsablePrefetch(status,code){const val2=+(isLikeNone(status)?16777215:
status);var ptr0=isLikeNone(code)?0:passStringToWasm0(code,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);var len0=WASM_VECTOR_LEN;
const ret=wasm.isUsablePrefetch(val2,ptr0,len0);return ret!==0}function isVaultReference(member){const ptr0=passStringToWasm0(
member,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.isVaultReference(ptr0,len0);
return ret!==0}function issuesNotFoundBody(status,is_foreign_origin){const ret=wasm.issuesNotFoundBody(status,is_foreign_origin);
let v1;if(ret[0]!==0){v1=getStringFromWasm0(ret[0],ret[1]);wasm.__wbindgen_free(ret[0],ret[1]*1,1)}return v1}function loginTimeout(requested){
const ret=wasm.loginTimeout(!isLikeNone(requested),isLikeNone(requested)?0:requested);if(ret[2]){throw takeFromExternrefTable0(
ret[1])}return ret[0]>>>0}function maskedCredentialError(field){const ptr0=passStringToWasm0(field,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.maskedCredentialError(ptr0,len0);return ret}function maxInspectedBytes(){
const ret=wasm.maxInspectedBytes();return ret>>>0}function mayForwardHeader(name,to_api,with_body){const val2=+to_api;const val3=+with_body;
const ptr0=passStringToWasm0(name,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.
mayForwardHeader(ptr0,len0,val2,val3);return ret!==0}function mayRetry(method,code,status,phase){const val4=+(isLikeNone(
status)?16777215:status);let ptr0,len0,ptr1,len1,ptr2,len2;try{ptr0=passStringToWasm0(method,wasm.__wbindgen_malloc,wasm.
__wbindgen_realloc);len0=WASM_VECTOR_LEN;ptr1=passStringToWasm0(code,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=
WASM_VECTOR_LEN;ptr2=passStringToWasm0(phase,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len2=WASM_VECTOR_LEN}catch(e){
if(ptr2){wasm.__wbindgen_free(ptr2,len2*1,1)}if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(
ptr0,len0*1,1)}throw e}const ret=wasm.mayRetry(ptr0,len0,ptr1,len1,val4,ptr2,len2);return ret!==0}function maySucceedAfterRefresh(is_from_api_client,is_unrepeated,status,message){
const val2=+is_from_api_client;const val3=+is_unrepeated;const val4=+(isLikeNone(status)?0:status);const ptr0=passStringToWasm0(
message,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.maySucceedAfterRefresh(
val2,val3,!isLikeNone(status),val4,ptr0,len0);return ret!==0}function missingScopes2(required,granted){let ptr0,len0,ptr1,
len1;try{ptr0=passStringToWasm0(required,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;ptr1=passStringToWasm0(
granted,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN}catch(e){if(ptr1){wasm.__wbindgen_free(ptr1,
len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.missingScopes(ptr0,len0,ptr1,len1);if(ret[2]){
throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(ret[0])}function nocodbStatus(code,status){const val2=+(isLikeNone(
status)?16777215:status);const ptr0=passStringToWasm0(code,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;
const ret=wasm.nocodbStatus(ptr0,len0,val2);if(ret[2]){throw takeFromExternrefTable0(ret[1])}return ret[0]}function pageRetryDelay(status,retry_after,number,patience,received_at,random){
const val2=+status;const val3=+number;const val4=+patience;const val5=+received_at;const val6=+random;var ptr0=isLikeNone(
retry_after)?0:passStringToWasm0(retry_after,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);var len0=WASM_VECTOR_LEN;const ret=wasm.
pageRetryDelay(val2,ptr0,len0,val3,val4,val5,val6);if(ret[3]){throw takeFromExternrefTable0(ret[2])}return ret[0]===0?void 0:
ret[1]}function pageUrl(list,next,page,page_number){let deferred6_0;let deferred6_1;try{const val4=+(isLikeNone(page_number)?
0:page_number);let ptr0,len0,ptr1,len1,ptr2,len2;try{ptr0=passStringToWasm0(list,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len0=WASM_VECTOR_LEN;ptr1=isLikeNone(next)?0:passStringToWasm0(next,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=
WASM_VECTOR_LEN;ptr2=isLikeNone(page)?0:passStringToWasm0(page,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len2=WASM_VECTOR_LEN}catch(e){
if(ptr2){wasm.__wbindgen_free(ptr2,len2*1,1)}if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(
ptr0,len0*1,1)}throw e}const ret=wasm.pageUrl(ptr0,len0,ptr1,len1,ptr2,len2,!isLikeNone(page_number),val4);var ptr5=ret[0];
var len5=ret[1];if(ret[3]){ptr5=0;len5=0;throw takeFromExternrefTable0(ret[2])}deferred6_0=ptr5;deferred6_1=len5;return getStringFromWasm0(
ptr5,len5)}finally{wasm.__wbindgen_free(deferred6_0,deferred6_1,1)}}function parseRedisUrl(address){const ptr0=passStringToWasm0(
address,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.parseRedisUrl(ptr0,len0);
if(ret[2]){throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(ret[0])}function parseScopes(scopes){const ptr0=passStringToWasm0(
scopes,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.parseScopes(ptr0,len0);
if(ret[2]){throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(ret[0])}function provesCredential(status){
const ret=wasm.provesCredential(status);return ret!==0}function proxyVariables(){let deferred1_0;let deferred1_1;try{const ret=wasm.
proxyVariables();deferred1_0=ret[0];deferred1_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{wasm.__wbindgen_free(
deferred1_0,deferred1_1,1)}}function rateLimitUpdate(status,limit,near_limit,retry_after,known,is_configured,refusals,received_at){
const val4=+status;const val5=+known;const val6=+is_configured;const val7=+refusals;const val8=+received_at;let ptr0,len0,
ptr1,len1,ptr2,len2;try{ptr0=isLikeNone(limit)?0:passStringToWasm0(limit,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len0=WASM_VECTOR_LEN;ptr1=isLikeNone(near_limit)?0:passStringToWasm0(near_limit,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len1=WASM_VECTOR_LEN;ptr2=isLikeNone(retry_after)?0:passStringToWasm0(retry_after,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len2=WASM_VECTOR_LEN}catch(e){if(ptr2){wasm.__wbindgen_free(ptr2,len2*1,1)}if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}
if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.rateLimitUpdate(val4,ptr0,len0,ptr1,len1,ptr2,len2,val5,
val6,val7,val8);return ret}function rateLimitWindow(){const ret=wasm.rateLimitWindow();return ret}function readCredential(config,allows_client_credentials){
const val2=+allows_client_credentials;const ptr0=passStringToWasm0(config,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
const len0=WASM_VECTOR_LEN;const ret=wasm.readCredential(ptr0,len0,val2);if(ret[2]){throw takeFromExternrefTable0(ret[1])}
return takeFromExternrefTable0(ret[0])}function readEnvironment2(variables){const ptr0=passStringToWasm0(variables,wasm.
__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.readEnvironment(ptr0,len0);return ret}
function redirectUriStatus(client,status,location2,is_page){let deferred4_0;let deferred4_1;try{_assertClass(client,OAuthCore);
const val2=+status;const val3=+is_page;var ptr0=isLikeNone(location2)?0:passStringToWasm0(location2,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);var len0=WASM_VECTOR_LEN;const ret=wasm.redirectUriStatus(client.__wbg_ptr,val2,ptr0,len0,val3);
deferred4_0=ret[0];deferred4_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{wasm.__wbindgen_free(deferred4_0,
deferred4_1,1)}}function redisDatabaseCandidates(home,others){const val2=+home;const ptr0=passArray32ToWasm0(others,wasm.
__wbindgen_malloc);const len0=WASM_VECTOR_LEN;const ret=wasm.redisDatabaseCandidates(val2,ptr0,len0);var v3=getArrayU32FromWasm0(
ret[0],ret[1]).slice();wasm.__wbindgen_free(ret[0],ret[1]*4,4);return v3}function redisErrorSummary(code,message){let ptr0,
len0,ptr1,len1;try{ptr0=passStringToWasm0(code,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;ptr1=
passStringToWasm0(message,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN}catch(e){if(ptr1){wasm.__wbindgen_free(
ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.redisErrorSummary(ptr0,len0,ptr1,len1);
let v3;if(ret[0]!==0){v3=getStringFromWasm0(ret[0],ret[1]);wasm.__wbindgen_free(ret[0],ret[1]*1,1)}return v3}function redisFallbackReason(reply){
const ptr0=passStringToWasm0(reply,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.
redisFallbackReason(ptr0,len0);let v2;if(ret[0]!==0){v2=getStringFromWasm0(ret[0],ret[1]);wasm.__wbindgen_free(ret[0],ret[1]*
1,1)}return v2}function rejectClientOverrides(members){const ptr0=passArrayJsValueToWasm0(members,wasm.__wbindgen_malloc);
const len0=WASM_VECTOR_LEN;const ret=wasm.rejectClientOverrides(ptr0,len0);if(ret[1]){throw takeFromExternrefTable0(ret[0])}}
function removeCallbackParameters(url){let deferred2_0;let deferred2_1;try{const ptr0=passStringToWasm0(url,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.removeCallbackParameters(ptr0,len0);deferred2_0=ret[0];
deferred2_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{wasm.__wbindgen_free(deferred2_0,deferred2_1,1)}}function resourceGroup(path){
let deferred2_0;let deferred2_1;try{const ptr0=passStringToWasm0(path,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;
const ret=wasm.resourceGroup(ptr0,len0);deferred2_0=ret[0];deferred2_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{
wasm.__wbindgen_free(deferred2_0,deferred2_1,1)}}function retiredScopes(client){_assertClass(client,OAuthCore);const ret=wasm.
retiredScopes(client.__wbg_ptr);return ret}function retryDelay(attempts,status,retry_after,is_queued,patience,received_at,random){
const val2=+attempts;const val3=+(isLikeNone(status)?16777215:status);const val4=+is_queued;const val5=+patience;const val6=+received_at;
const val7=+random;var ptr0=isLikeNone(retry_after)?0:passStringToWasm0(retry_after,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
var len0=WASM_VECTOR_LEN;const ret=wasm.retryDelay(val2,val3,ptr0,len0,val4,val5,val6,val7);return ret[0]===0?void 0:ret[1]}
function secretLength(client){_assertClass(client,OAuthCore);const ret=wasm.secretLength(client.__wbg_ptr);return ret>>>
0}function throwArgumentError(argument,problem,member,grant_type){const val4=+problem;let ptr0,len0,ptr1,len1,ptr2,len2;
try{ptr0=passStringToWasm0(argument,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;ptr1=passStringToWasm0(
member,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN;ptr2=isLikeNone(grant_type)?0:passStringToWasm0(
grant_type,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len2=WASM_VECTOR_LEN}catch(e){if(ptr2){wasm.__wbindgen_free(ptr2,
len2*1,1)}if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.
throwArgumentError(ptr0,len0,val4,ptr1,len1,ptr2,len2);if(ret[1]){throw takeFromExternrefTable0(ret[0])}}function throwMissingFeature(feature){
const ptr0=passStringToWasm0(feature,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.
throwMissingFeature(ptr0,len0);if(ret[1]){throw takeFromExternrefTable0(ret[0])}}function transactionTimeout(){const ret=wasm.
transactionTimeout();return ret>>>0}function transactionTimeoutError(){const ret=wasm.transactionTimeoutError();return ret}
function trialExchangeOutcome(code){let deferred3_0;let deferred3_1;try{const ptr0=passStringToWasm0(code,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.trialExchangeOutcome(ptr0,len0);var ptr2=ret[0];var len2=ret[1];
if(ret[3]){ptr2=0;len2=0;throw takeFromExternrefTable0(ret[2])}deferred3_0=ptr2;deferred3_1=len2;return getStringFromWasm0(
ptr2,len2)}finally{wasm.__wbindgen_free(deferred3_0,deferred3_1,1)}}function usesAuthorizationCode(kind){const ptr0=passStringToWasm0(
kind,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.usesAuthorizationCode(ptr0,
len0);return ret!==0}function workspaceSegment(workspace){let deferred3_0;let deferred3_1;try{var ptr0=isLikeNone(workspace)?
0:passStringToWasm0(workspace,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);var len0=WASM_VECTOR_LEN;const ret=wasm.workspaceSegment(
ptr0,len0);var ptr2=ret[0];var len2=ret[1];if(ret[3]){ptr2=0;len2=0;throw takeFromExternrefTable0(ret[2])}deferred3_0=ptr2;
deferred3_1=len2;return getStringFromWasm0(ptr2,len2)}finally{wasm.__wbindgen_free(deferred3_0,deferred3_1,1)}}function __wbg_Error_208446807d0d1e30(arg0,arg1){
const ret=Error(getStringFromWasm0(arg0,arg1));return ret}function __wbg_Number_ff192a72a0dcdf6d(arg0){const ret=Number(
arg0);return ret}function __wbg___wbindgen_is_undefined_be5b34249ff1fc15(arg0){const ret=arg0===void 0;return ret}function __wbg___wbindgen_string_get_7ce8eee7fd327545(arg0,arg1){
const obj=arg1;const ret=typeof obj==="string"?obj:void 0;var ptr1=isLikeNone(ret)?0:passStringToWasm0(ret,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);var len1=WASM_VECTOR_LEN;getDataViewMemory0().setInt32((arg0>>>0)+4*1,len1,true);getDataViewMemory0().
setInt32((arg0>>>0)+4*0,ptr1,true)}function __wbg___wbindgen_throw_4c88d8bf264fd984(arg0,arg1){throw new Error(getStringFromWasm0(
arg0,arg1))}function __wbg_call_e55540e1e1d8271f(arg0,arg1,arg2){const ret=String.prototype.split.call(getStringFromWasm0(
arg0,arg1),arg2);return ret}function __wbg_callbackpage_new(arg0){const ret=CallbackPage.__wrap(arg0);return ret}function __wbg_encodeInto_f84fe2e682efb4b5(arg0,arg1,arg2,arg3){
const ret=arg0.encodeInto(arg1,getArrayU8FromWasm0(arg2,arg3));return ret}function __wbg_getRandomValues_07f3179f2d015362(){
return handleError(function(arg0,arg1,arg2){const ret=arg0.getRandomValues(getArrayU8FromWasm0(arg1,arg2));return ret},arguments)}
function __wbg_length_e83e819f48c774e4(arg0){const ret=arg0.length;return ret}function __wbg_new_37eb45aaf5eeb820(){const ret=new Array;
return ret}function __wbg_new_cd4348290afae586(){const ret=new Object;return ret}function __wbg_new_ff4f629e907a6b0e(){const ret=new TextEncoder;
return ret}function __wbg_oauthcore_new(arg0){const ret=OAuthCore.__wrap(arg0);return ret}function __wbg_parse_c3f72b5a24f83c01(){
return handleError(function(arg0,arg1){const ret=JSON.parse(getStringFromWasm0(arg0,arg1));return ret},arguments)}function __wbg_proxies_new(arg0){
const ret=Proxies.__wrap(arg0);return ret}function __wbg_set_d2d33b52458e984a(arg0,arg1,arg2){arg0[arg1>>>0]=arg2}function __wbg_set_e4b9a833d288759a(arg0,arg1,arg2){
arg0[arg1]=arg2}function __wbg_static_accessor_CRYPTO_1bdd9114f982ddbc(){const ret=typeof crypto==="undefined"?void 0:crypto;
return isLikeNone(ret)?0:addToExternrefTable0(ret)}function __wbg_written_e980674f3cffe11c(arg0){const ret=arg0.written;
return ret}function __wbindgen_generic_0000000000000001(arg0){const ret=arg0;return ret}function __wbindgen_generic_0000000000000002(arg0,arg1){
const ret=getStringFromWasm0(arg0,arg1);return ret}function __wbindgen_generic_0000000000000003(arg0){const ret=BigInt.asUintN(
64,arg0);return ret}function __wbindgen_init_externref_table(){const table=wasm.__wbindgen_externrefs;table.set(0,void 0);
table.set(1024,void 0);table.set(1025,null);table.set(1026,true);table.set(1027,false)}const ApiBaseUrlFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_apibaseurl_free(ptr,1));const ApiResponseFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_apiresponse_free(ptr,1));const CallbackPageFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_callbackpage_free(ptr,1));const ConnectionTestFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_connectiontest_free(ptr,1));const OAuthCoreFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_oauthcore_free(ptr,1));const PagePredictorFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_pagepredictor_free(ptr,1));const PaginatorFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_paginator_free(ptr,1));const ProxiesFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_proxies_free(ptr,1));const RedactorFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_redactor_free(ptr,1));const RefreshPolicyFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_refreshpolicy_free(ptr,1));const RefreshQueueFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_refreshqueue_free(ptr,1));const RemovedEndpointsFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_removedendpoints_free(ptr,1));const RequestLogFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_requestlog_free(ptr,1));const TokenMetadataFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_tokenmetadata_free(ptr,1));function addToExternrefTable0(obj){
const idx=wasm.__externref_table_alloc();wasm.__wbindgen_externrefs.set(idx,obj);return idx}function _assertClass(instance,klass){
if(!(instance instanceof klass)){throw new Error(`expected instance of ${klass.name}`)}}function getArrayF64FromWasm0(ptr,len){
ptr=ptr>>>0;return getFloat64ArrayMemory0().subarray(ptr/8,ptr/8+len)}function getArrayJsValueFromWasm0(ptr,len){ptr=ptr>>>
0;const mem=getDataViewMemory0();const result=[];for(let i=ptr;i<ptr+4*len;i+=4){result.push(wasm.__wbindgen_externrefs.
get(mem.getUint32(i,true)))}wasm.__externref_drop_slice(ptr,len);return result}function getArrayU32FromWasm0(ptr,len){ptr=
ptr>>>0;return getUint32ArrayMemory0().subarray(ptr/4,ptr/4+len)}function getArrayU8FromWasm0(ptr,len){ptr=ptr>>>0;return getUint8ArrayMemory0().
subarray(ptr/1,ptr/1+len)}let cachedDataViewMemory0=null;function getDataViewMemory0(){if(cachedDataViewMemory0===null||
cachedDataViewMemory0.buffer.detached===true||cachedDataViewMemory0.buffer.detached===void 0&&cachedDataViewMemory0.buffer!==
wasm.memory.buffer){cachedDataViewMemory0=new DataView(wasm.memory.buffer)}return cachedDataViewMemory0}let cachedFloat64ArrayMemory0=null;
function getFloat64ArrayMemory0(){if(cachedFloat64ArrayMemory0===null||cachedFloat64ArrayMemory0.byteLength===0){cachedFloat64ArrayMemory0=
new Float64Array(wasm.memory.buffer)}return cachedFloat64ArrayMemory0}function getStringFromWasm0(ptr,len){ptr=ptr>>>0;return decodeText(
getUint8ArrayMemory0().subarray(ptr,ptr+len))}let cachedUint32ArrayMemory0=null;function getUint32ArrayMemory0(){if(cachedUint32ArrayMemory0===
null||cachedUint32ArrayMemory0.byteLength===0){cachedUint32ArrayMemory0=new Uint32Array(wasm.memory.buffer)}return cachedUint32ArrayMemory0}
let cachedUint8ArrayMemory0=null;function getUint8ArrayMemory0(){if(cachedUint8ArrayMemory0===null||cachedUint8ArrayMemory0.
byteLength===0){cachedUint8ArrayMemory0=new Uint8Array(wasm.memory.buffer)}return cachedUint8ArrayMemory0}function handleError(f,args){
try{return f.apply(this,args)}catch(e){const idx=addToExternrefTable0(e);wasm.__wbindgen_exn_store(idx)}}function isLikeNone(x){
return x===void 0||x===null}function passArray32ToWasm0(arg,malloc){const ptr=malloc(arg.length*4,4)>>>0;getUint32ArrayMemory0().
set(arg,ptr/4);WASM_VECTOR_LEN=arg.length;return ptr}function passArray8ToWasm0(arg,malloc){const ptr=malloc(arg.length*
1,1)>>>0;getUint8ArrayMemory0().set(arg,ptr/1);WASM_VECTOR_LEN=arg.length;return ptr}function passArrayF64ToWasm0(arg,malloc){
const ptr=malloc(arg.length*8,8)>>>0;getFloat64ArrayMemory0().set(arg,ptr/8);WASM_VECTOR_LEN=arg.length;return ptr}function passArrayJsValueToWasm0(array,malloc){
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
val}return __toCommonJS2(stdin_exports)})();return{...glue}};var core_wasm_key_exports={};__export(core_wasm_key_exports,{build:()=>build,hash:()=>hash,key:()=>key,section:()=>section});
var hash="35f802c62c9646532bdc36f883d2e3a13a7ee5995093ad10f677a0b3e135f306";var section="nocodb-bitbucket-auth";var build="\
6c9e3482b06cf601f48d7a512e6e088721cbd6dbe68fa275e583896406e585a3";var key=Symbol.for("nocodb-bitbucket-auth/core.wasm/35\
f802c62c9646532bdc36f883d2e3a13a7ee5995093ad10f677a0b3e135f306");async function readSource(source,identity,caller){const wasm=await read(source,caller);if(isModule(wasm)){if(!isThisBuild(
wasm,identity))throw unusable(caller);return wasm}const{subtle}=globalThis.crypto??{};if(subtle){const digest2=new Uint8Array(
await subtle.digest("SHA-256",wasm));const found=Array.from(digest2,byte=>byte.toString(16).padStart(2,"0")).join("");if(found!==
identity.hash)throw unusable(caller);return wasm}if(!WebAssembly.validate(wasm))throw unusable(caller);const module2=await WebAssembly.
compile(wasm);if(!isThisBuild(module2,identity))throw unusable(caller);return module2}function isThisBuild(module2,{section:section2,
build:build2}){return WebAssembly.Module.customSections(module2,section2).some(content=>String.fromCharCode(...new Uint8Array(
content))===build2)}async function read(source,caller){let found;try{found=await source;if(typeof found==="string"||tagOf(
found)==="URL")found=await load(String(found));if(isObject(found)&&"arrayBuffer"in found){const response=found;if("ok"in
response&&!response.ok){throw unusable(caller,`could not be read (status ${Number(response.status)})`)}found=await response.
arrayBuffer()}}catch(error){throw error instanceof BitbucketAuthError?error:unusable(caller,`could not be read (${describeCause(
error)})`)}if(isModule(found))return found;const isBuffer=tagOf(found)==="ArrayBuffer";if(!isBuffer&&!ArrayBuffer.isView(
found))throw unusable(caller);const bytes=isBuffer?new Uint8Array(found):found;return new Uint8Array(bytes.buffer,bytes.
byteOffset,bytes.byteLength).slice()}async function load(urlOrPath){const file=urlOrPath.startsWith("file:")?new URL(urlOrPath):
urlOrPath;const isPath=!URL.canParse(urlOrPath)||/^[a-z]:/i.test(urlOrPath);const isFile=typeof file!=="string"||isPath&&
typeof location==="undefined";const fs=isFile?globalThis.process?.getBuiltinModule?.("node:fs"):void 0;return fs?fs.promises.
readFile(file):fetch(urlOrPath)}function unusable(caller,reason="is not this version's WebAssembly core"){return new BitbucketAuthError(
{code:"INVALID_ARGUMENT",phase:"config",message:`An argument passed to nocodb-bitbucket-auth is invalid: source ${reason}\
.`,retryable:false,reauthorize:false,field:"source"},{},caller)}var native=()=>Uint8Array;var fromBase64=text=>native().fromBase64?.(text)??globalThis.Buffer?.from(text,"base64")??Uint8Array.
from(atob(text),character=>character.charCodeAt(0));var fromHex=text=>native().fromHex?.(text)??globalThis.Buffer?.from(
text,"hex")??Uint8Array.from({length:text.length/2},(_,at)=>parseInt(text.slice(2*at,2*at+2),16));var loader=createLoader({makeGlue:core_bg_default,identity:core_wasm_key_exports,decode:fromBase64,read:readSource});var core=loader.
core;var init=loader.init;var failure=loader.failure;var readArgument=createArgumentReader(core);function readSafely(phase,field,work){try{return work()}catch(error){throw error instanceof
BitbucketAuthError?error:failure("INVALID_ARGUMENT",phase,{field})}}var objectOrEmpty=value=>isObject(value)?value:{};function pick(value,names){
const given=objectOrEmpty(value);return Object.fromEntries(names.filter(name=>name in given).map(name=>[name,given[name]]))}
var stringOrUndefined2=value=>typeof value==="string"?value:void 0;function memberToJson(value,name){try{return JSON.stringify(
objectOrEmpty(value)[name])}catch{return void 0}}function membersToJson(value,names){const written=names.map(name=>[name,
memberToJson(value,name)]).filter(([,json])=>json!==void 0);return`{${written.map(([name,json])=>`"${name}":${json}`).join(
",")}}`}var AuthorizationClient=class{#handle;#readArgument;constructor(handle,readArgument2){this.#handle=handle;this.#readArgument=
readArgument2}get clientId(){return this.#handle.clientId}get redirectUri(){return this.#handle.redirectUri}get scopes(){
return this.#handle.scopes}get authorizeUrl(){return this.#handle.authorizeUrl}get tokenUrl(){return this.#handle.tokenUrl}get apiUrl(){
return this.#handle.apiUrl}get confidential(){return this.#handle.confidential}authorizationUrl(){return this.#handle.authorizationUrl()}createAuthorizationRequest(options){
const caller=this.createAuthorizationRequest;const{extraParams}=this.#readArgument(caller,"authorizationOptions",options);
return callCore(caller,()=>this.#handle.createAuthorizationRequest(extraParams))}validateAuthorizationResponse(callback,expected){
const caller=this.validateAuthorizationResponse;const{state}=this.#readArgument(caller,"expectedResponse",expected);const{
callback:text}=this.#readArgument(caller,"callback",{callback});return{code:callCore(caller,()=>this.#handle.validateAuthorizationResponse(
text,state))}}};var createHash;function digest(text){createHash??=process.getBuiltinModule("node:crypto").createHash;return createHash("\
sha256").update(text).digest()}function readEnvironment(env){const{environmentVariables,proxyVariables,readEnvironment:judgeEnvironment}=core();const variables=readSafely(
"config","env",()=>{const proxyNames=proxyVariables().split(" ");const proxySource=proxyNames.some(name=>env[name]!==void 0)?
env:process.env;const stringVariables=(from,names2)=>names2.map(name=>[name,from[name]]).filter(([,value])=>typeof value===
"string");const names=environmentVariables().split(" ");return Object.fromEntries([...stringVariables(env,names),...stringVariables(
proxySource,proxyNames)])});const{settings,...handles}=judgeEnvironment(JSON.stringify(variables));return{...settings,...handles}}
function lazyEnvironment(env){let environment;return()=>environment??=readEnvironment(env)}function vaultReferenceMembers(config){return Object.keys(config).filter(name=>isObject(config[name])&&core().isVaultReference(
memberToJson(config,name)??""))}var SECRET_MEMBERS=["token","oauth_token","refresh_token","access_token","bearer_token","password","client_secret","secr\
et"];var MASK="********";var MASKED_MEMBERS=[...SECRET_MEMBERS,"email"];function maskConfig(config){const{oauth:_transient,
_vars,...visible}=objectOrEmpty(config);const references=vaultReferenceMembers(visible);for(const name of SECRET_MEMBERS){
if(visible[name]&&!references.includes(name))visible[name]=MASK}return visible}function maskedMembers(config){const given=objectOrEmpty(
config);return MASKED_MEMBERS.filter(name=>given[name]===MASK)}function restoreCredentials(config,stored){const storedMembers=objectOrEmpty(
stored);const restored={...config};for(const name of maskedMembers(config)){if(name in storedMembers&&storedMembers[name]!==
MASK)restored[name]=storedMembers[name];else delete restored[name]}return restored}function parseOAuthPayload(payload){return readSafely("exchange","code",()=>{const{code:inner}=objectOrEmpty(payload);const{
code,code_verifier:codeVerifier}=objectOrEmpty(isObject(inner)||inner===null?inner:payload);return{code,codeVerifier}})}function parseTokenResponse(caller,client,response){const given=readArgument(caller,"tokenResponse",response);const{grant,
status,body,receivedAt,headers={},previous={},request={}}=given;return callCore(caller,()=>client.parseTokenResponse(grant,
status,body,receivedAt,headers["content-type"],headers["www-authenticate"],headers["retry-after"],previous.refreshToken,
previous.scopes,request.body))}var DEFAULT_SCOPES=Object.freeze(["repository","repository:write","pullrequest","pullrequest:write","issue","issue:write",
"account"]);var OAuthClient=class extends AuthorizationClient{#handle;constructor(options,caller=new.target){const{clientId,
redirectUri,clientSecret,scopes,endpoints={}}=readArgument(caller,"clientOptions",options);const{authorizeUrl,tokenUrl,apiUrl}=endpoints;
const handle=callCore(caller,()=>new(core()).OAuthCore(clientId,redirectUri,clientSecret,scopes,authorizeUrl,tokenUrl,apiUrl));
super(handle,readArgument);this.#handle=handle}buildTokenRequest(grant){const given=readArgument(this.buildTokenRequest,
"codeGrant",grant);const{code,codeVerifier,redirectUri,code_verifier:snakeCaseVerifier}=given;return callCore(this.buildTokenRequest,
()=>this.#handle.buildTokenRequest(code,codeVerifier,snakeCaseVerifier,redirectUri))}buildRefreshRequest(grant){const{refreshToken}=readArgument(
this.buildRefreshRequest,"refreshGrant",grant);return callCore(this.buildRefreshRequest,()=>this.#handle.buildRefreshRequest(
refreshToken))}buildClientCredentialsRequest(){return callCore(this.buildClientCredentialsRequest,()=>this.#handle.buildClientCredentialsRequest())}parseTokenResponse(response){
return parseTokenResponse(this.parseTokenResponse,this.#handle,response)}};function createClient(options){return new OAuthClient(
options,createClient)}function expandScopes(list){const{scopes}=readArgument(expandScopes,"scopes",{scopes:list});return callCore(
expandScopes,()=>core().expandScopes(scopes))}function missingScopes(required,granted){const given=readArgument(missingScopes,
"requiredScopes",{required,granted});return callCore(missingScopes,()=>core().missingScopes(given.required,given.granted))}
