var __defProp=Object.defineProperty;var __getOwnPropDesc=Object.getOwnPropertyDescriptor;var __getOwnPropNames=Object.getOwnPropertyNames;var __hasOwnProp=Object.prototype.hasOwnProperty;var __export=(target,all)=>{for(var name in all)__defProp(target,name,{get:all[name],enumerable:true})};var __copyProps=(to,from,except,desc)=>{
if(from&&typeof from==="object"||typeof from==="function"){for(let key of __getOwnPropNames(from))if(!__hasOwnProp.call(
to,key)&&key!==except)__defProp(to,key,{get:()=>from[key],enumerable:!(desc=__getOwnPropDesc(from,key))||desc.enumerable})}
return to};var __toCommonJS=mod=>__copyProps(__defProp({},"__esModule",{value:true}),mod);var shared_exports={};
__export(shared_exports,{BitbucketAuthError:()=>BitbucketAuthError,DEFAULT_SCOPES:()=>DEFAULT_SCOPES,
OAuthClient:()=>OAuthClient,core:()=>core,createClient:()=>createClient,expandScopes:()=>expandScopes,failure:()=>failure,
grantOf:()=>grantOf,init:()=>init,isObject:()=>isObject2,isVaultReference:()=>isVaultReference,judge:()=>judge,lazyEnvironment:()=>lazyEnvironment,
masked:()=>masked,maskedMembers:()=>maskedMembers,members:()=>members,membersOf:()=>membersOf,missingScopes:()=>missingScopes,
pick:()=>pick,readEnvironment:()=>readEnvironment,reading:()=>reading,redisAddress:()=>redisAddress,unmasked:()=>unmasked,
withWait:()=>withWait});module.exports=__toCommonJS(shared_exports);var core_bg_default=()=>{var glue=(()=>{var __defProp2=Object.defineProperty;var __getOwnPropDesc2=Object.getOwnPropertyDescriptor;
var __getOwnPropNames2=Object.getOwnPropertyNames;var __hasOwnProp2=Object.prototype.hasOwnProperty;var __export2=(target,all)=>{
for(var name in all)__defProp2(target,name,{get:all[name],enumerable:true})};var __copyProps2=(to,from,except,desc)=>{if(from&&
typeof from==="object"||typeof from==="function"){for(let key of __getOwnPropNames2(from))if(!__hasOwnProp2.call(to,key)&&
key!==except)__defProp2(to,key,{get:()=>from[key],enumerable:!(desc=__getOwnPropDesc2(from,key))||desc.enumerable})}return to};
var __toCommonJS2=mod=>__copyProps2(__defProp2({},"__esModule",{value:true}),mod);var stdin_exports={};__export2(stdin_exports,
{Api:()=>Api,CallbackPage:()=>CallbackPage,Client:()=>Client,ConnectionTest:()=>ConnectionTest,List:()=>List,Proxies:()=>Proxies,
Redactor:()=>Redactor,RefreshAction:()=>RefreshAction,RefreshAdmission:()=>RefreshAdmission,RefreshAnswer:()=>RefreshAnswer,
RefreshEvent:()=>RefreshEvent,RefreshLane:()=>RefreshLane,RefreshPolicy:()=>RefreshPolicy,RefreshQueue:()=>RefreshQueue,
RemovedEndpoints:()=>RemovedEndpoints,RowHolding:()=>RowHolding,__wbg_Error_208446807d0d1e30:()=>__wbg_Error_208446807d0d1e30,
__wbg___wbindgen_is_falsy_d864b623500ae65d:()=>__wbg___wbindgen_is_falsy_d864b623500ae65d,__wbg___wbindgen_is_function_741ff2bb612836f5:()=>__wbg___wbindgen_is_function_741ff2bb612836f5,
__wbg___wbindgen_is_null_c22311b1cc228e3a:()=>__wbg___wbindgen_is_null_c22311b1cc228e3a,__wbg___wbindgen_is_object_8b968c3ab8e96595:()=>__wbg___wbindgen_is_object_8b968c3ab8e96595,
__wbg___wbindgen_is_undefined_be5b34249ff1fc15:()=>__wbg___wbindgen_is_undefined_be5b34249ff1fc15,__wbg___wbindgen_jsval_eq_38d7bfbe4cc84039:()=>__wbg___wbindgen_jsval_eq_38d7bfbe4cc84039,
__wbg___wbindgen_number_get_934b640d0889af78:()=>__wbg___wbindgen_number_get_934b640d0889af78,__wbg___wbindgen_string_get_7ce8eee7fd327545:()=>__wbg___wbindgen_string_get_7ce8eee7fd327545,
__wbg___wbindgen_throw_4c88d8bf264fd984:()=>__wbg___wbindgen_throw_4c88d8bf264fd984,__wbg_call_40b008ba32f73991:()=>__wbg_call_40b008ba32f73991,
__wbg_callbackpage_new:()=>__wbg_callbackpage_new,__wbg_client_new:()=>__wbg_client_new,__wbg_getRandomValues_07f3179f2d015362:()=>__wbg_getRandomValues_07f3179f2d015362,
__wbg_get_2080c49015e35254:()=>__wbg_get_2080c49015e35254,__wbg_get_bb8b6b35041e00c9:()=>__wbg_get_bb8b6b35041e00c9,__wbg_get_d7176cfb76d71114:()=>__wbg_get_d7176cfb76d71114,
__wbg_get_unchecked_e6325ad374eff861:()=>__wbg_get_unchecked_e6325ad374eff861,__wbg_isArray_75715ef6ec4e691d:()=>__wbg_isArray_75715ef6ec4e691d,
__wbg_isView_33dca32122d664c0:()=>__wbg_isView_33dca32122d664c0,__wbg_length_186163212ffe79c3:()=>__wbg_length_186163212ffe79c3,
__wbg_length_b03a0fabb109b1e9:()=>__wbg_length_b03a0fabb109b1e9,__wbg_new_37eb45aaf5eeb820:()=>__wbg_new_37eb45aaf5eeb820,
__wbg_new_98f3330582453d0d:()=>__wbg_new_98f3330582453d0d,__wbg_new_cd4348290afae586:()=>__wbg_new_cd4348290afae586,__wbg_ownKeys_c9890d5405932253:()=>__wbg_ownKeys_c9890d5405932253,
__wbg_parse_c3f72b5a24f83c01:()=>__wbg_parse_c3f72b5a24f83c01,__wbg_prototypesetcall_13162965d1fe7aa3:()=>__wbg_prototypesetcall_13162965d1fe7aa3,
__wbg_proxies_new:()=>__wbg_proxies_new,__wbg_set_2793479888329cb6:()=>__wbg_set_2793479888329cb6,__wbg_set_d2d33b52458e984a:()=>__wbg_set_d2d33b52458e984a,
__wbg_set_e4b9a833d288759a:()=>__wbg_set_e4b9a833d288759a,__wbg_set_wasm:()=>__wbg_set_wasm,__wbg_static_accessor_CRYPTO_3ecb14720560ffe6:()=>__wbg_static_accessor_CRYPTO_3ecb14720560ffe6,
__wbg_subarray_58f388a9247ac0bb:()=>__wbg_subarray_58f388a9247ac0bb,__wbg_toStringTag_1bdd39ac5d866229:()=>__wbg_toStringTag_1bdd39ac5d866229,
__wbg_toString_6b1cac73c93ef5d1:()=>__wbg_toString_6b1cac73c93ef5d1,__wbindgen_generic_0000000000000001:()=>__wbindgen_generic_0000000000000001,
__wbindgen_generic_0000000000000002:()=>__wbindgen_generic_0000000000000002,__wbindgen_generic_0000000000000003:()=>__wbindgen_generic_0000000000000003,
__wbindgen_init_externref_table:()=>__wbindgen_init_externref_table,checkMember:()=>checkMember,chooseRedisDatabase:()=>chooseRedisDatabase,
completeRedirect:()=>completeRedirect,defaultScopes:()=>defaultScopes,describeArgument:()=>describeArgument,environmentVariables:()=>environmentVariables,
expandScopes:()=>expandScopes2,failure:()=>failure2,hostStatus:()=>hostStatus,isCuredByRenewal:()=>isCuredByRenewal,isExpired:()=>isExpired,
isHourUsedUp:()=>isHourUsedUp,isPendingOver:()=>isPendingOver,isRefusal:()=>isRefusal,isVaultReference:()=>isVaultReference2,
isWaitedFor:()=>isWaitedFor,judgeApiResponse:()=>judgeApiResponse,lateInTransaction:()=>lateInTransaction,maskedCredential:()=>maskedCredential,
mayCarry:()=>mayCarry,mayRepeat:()=>mayRepeat,missingScopes:()=>missingScopes2,outdates:()=>outdates,pageAddress:()=>pageAddress,
pageClient:()=>pageClient,pageRepetition:()=>pageRepetition,provesCredential:()=>provesCredential,proxyVariables:()=>proxyVariables,
rateLimitNews:()=>rateLimitNews,readCredential:()=>readCredential,readEnvironment:()=>readEnvironment2,readScopes:()=>readScopes,
redisDatabaseTrouble:()=>redisDatabaseTrouble,redisDatabases:()=>redisDatabases,redisServer:()=>redisServer,redisTrouble:()=>redisTrouble,
refusePage:()=>refusePage,refuseSecret:()=>refuseSecret,resourceGroup:()=>resourceGroup,responseState:()=>responseState,
retryDelay:()=>retryDelay,rowHolding:()=>rowHolding,takesCode:()=>takesCode,transactionLimit:()=>transactionLimit,waitingTime:()=>waitingTime,
withoutResponse:()=>withoutResponse,withoutTracker:()=>withoutTracker,workspaceSegment:()=>workspaceSegment});class Api{__destroy_into_raw(){
const ptr=this.__wbg_ptr;this.__wbg_ptr=0;ApiFinalization.unregister(this);return ptr}free(){const ptr=this.__destroy_into_raw();
wasm.__wbg_api_free(ptr,0)}admit(url){let deferred3_0;let deferred3_1;try{const ptr0=passStringToWasm0(url,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.api_admit(this.__wbg_ptr,ptr0,len0);var ptr2=ret[0];var len2=ret[1];
if(ret[3]){ptr2=0;len2=0;throw takeFromExternrefTable0(ret[2])}deferred3_0=ptr2;deferred3_1=len2;return getStringFromWasm0(
ptr2,len2)}finally{wasm.__wbindgen_free(deferred3_0,deferred3_1,1)}}judge(method,url,with_credential,status,location2,followed,most,following){
const val5=+with_credential;const val6=+status;const val7=+followed;const val8=+(isLikeNone(most)?0:most);let ptr0,len0,
ptr1,len1,ptr2,len2,ptr3,len3;try{ptr0=passStringToWasm0(method,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;
ptr1=passStringToWasm0(url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN;ptr2=isLikeNone(location2)?
0:passStringToWasm0(location2,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len2=WASM_VECTOR_LEN;ptr3=passStringToWasm0(
following,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len3=WASM_VECTOR_LEN}catch(e){if(ptr3){wasm.__wbindgen_free(ptr3,
len3*1,1)}if(ptr2){wasm.__wbindgen_free(ptr2,len2*1,1)}if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(
ptr0,len0*1,1)}throw e}const ret=wasm.api_judge(this.__wbg_ptr,ptr0,len0,ptr1,len1,val5,val6,ptr2,len2,val7,!isLikeNone(
most),val8,ptr3,len3);if(ret[2]){throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(ret[0])}constructor(url){
const ptr0=passStringToWasm0(url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.
api_new(ptr0,len0);if(ret[2]){throw takeFromExternrefTable0(ret[1])}this.__wbg_ptr=ret[0];ApiFinalization.register(this,
this.__wbg_ptr,this);return this}}if(Symbol.dispose)Api.prototype[Symbol.dispose]=Api.prototype.free;class CallbackPage{static __wrap(ptr){
const obj=Object.create(CallbackPage.prototype);obj.__wbg_ptr=ptr;CallbackPageFinalization.register(obj,obj.__wbg_ptr,obj);
return obj}__destroy_into_raw(){const ptr=this.__wbg_ptr;this.__wbg_ptr=0;CallbackPageFinalization.unregister(this);return ptr}free(){
const ptr=this.__destroy_into_raw();wasm.__wbg_callbackpage_free(ptr,0)}shownAt(target){const ptr0=passStringToWasm0(target,
wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.callbackpage_shownAt(this.__wbg_ptr,
ptr0,len0);return ret}}if(Symbol.dispose)CallbackPage.prototype[Symbol.dispose]=CallbackPage.prototype.free;class Client{static __wrap(ptr){
const obj=Object.create(Client.prototype);obj.__wbg_ptr=ptr;ClientFinalization.register(obj,obj.__wbg_ptr,obj);return obj}__destroy_into_raw(){
const ptr=this.__wbg_ptr;this.__wbg_ptr=0;ClientFinalization.unregister(this);return ptr}free(){const ptr=this.__destroy_into_raw();
wasm.__wbg_client_free(ptr,0)}get apiUrl(){let deferred1_0;let deferred1_1;try{const ret=wasm.client_apiUrl(this.__wbg_ptr);
deferred1_0=ret[0];deferred1_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{wasm.__wbindgen_free(deferred1_0,
deferred1_1,1)}}authorizationUrl(){let deferred1_0;let deferred1_1;try{const ret=wasm.client_authorizationUrl(this.__wbg_ptr);
deferred1_0=ret[0];deferred1_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{wasm.__wbindgen_free(deferred1_0,
deferred1_1,1)}}get authorizeUrl(){let deferred1_0;let deferred1_1;try{const ret=wasm.client_authorizeUrl(this.__wbg_ptr);
deferred1_0=ret[0];deferred1_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{wasm.__wbindgen_free(deferred1_0,
deferred1_1,1)}}buildClientCredentialsRequest(){const ret=wasm.client_buildClientCredentialsRequest(this.__wbg_ptr);if(ret[2]){
throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(ret[0])}buildHostTokenRequest(code,code_verifier,is_verifier_optional){
const ret=wasm.client_buildHostTokenRequest(this.__wbg_ptr,code,code_verifier,is_verifier_optional);if(ret[2]){throw takeFromExternrefTable0(
ret[1])}return takeFromExternrefTable0(ret[0])}buildRefreshRequest(refresh_token){const ret=wasm.client_buildRefreshRequest(
this.__wbg_ptr,refresh_token);if(ret[2]){throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(ret[0])}buildTokenRequest(code,code_verifier,redirect_uri,its_other_name){
const ret=wasm.client_buildTokenRequest(this.__wbg_ptr,code,code_verifier,redirect_uri,its_other_name);if(ret[2]){throw takeFromExternrefTable0(
ret[1])}return takeFromExternrefTable0(ret[0])}get clientId(){let deferred1_0;let deferred1_1;try{const ret=wasm.client_clientId(
this.__wbg_ptr);deferred1_0=ret[0];deferred1_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{wasm.__wbindgen_free(
deferred1_0,deferred1_1,1)}}get confidential(){const ret=wasm.client_confidential(this.__wbg_ptr);return ret!==0}createAuthorizationRequest(extra_params){
const ret=wasm.client_createAuthorizationRequest(this.__wbg_ptr,extra_params);if(ret[2]){throw takeFromExternrefTable0(ret[1])}
return takeFromExternrefTable0(ret[0])}deriveKey(purpose){const ptr0=passStringToWasm0(purpose,wasm.__wbindgen_malloc,wasm.
__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.client_deriveKey(this.__wbg_ptr,ptr0,len0);if(ret[3]){throw takeFromExternrefTable0(
ret[2])}var v2=getArrayU8FromWasm0(ret[0],ret[1]).slice();wasm.__wbindgen_free(ret[0],ret[1]*1,1);return v2}isCallback(address){
const ptr0=passStringToWasm0(address,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.
client_isCallback(this.__wbg_ptr,ptr0,len0);return ret!==0}missingScopes(granted){const ret=wasm.client_missingScopes(this.
__wbg_ptr,granted);if(ret[3]){throw takeFromExternrefTable0(ret[2])}var v1=getArrayJsValueFromWasm0(ret[0],ret[1]);wasm.
__wbindgen_free(ret[0],ret[1]*4,4);return v1}constructor(options){const ret=wasm.client_new(options);if(ret[2]){throw takeFromExternrefTable0(
ret[1])}this.__wbg_ptr=ret[0];ClientFinalization.register(this,this.__wbg_ptr,this);return this}parseTokenResponse(response){
const ret=wasm.client_parseTokenResponse(this.__wbg_ptr,response);if(ret[2]){throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(
ret[0])}get redirectUri(){let deferred1_0;let deferred1_1;try{const ret=wasm.client_redirectUri(this.__wbg_ptr);deferred1_0=
ret[0];deferred1_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{wasm.__wbindgen_free(deferred1_0,deferred1_1,
1)}}get scopes(){const ret=wasm.client_scopes(this.__wbg_ptr);var v1=getArrayJsValueFromWasm0(ret[0],ret[1]);wasm.__wbindgen_free(
ret[0],ret[1]*4,4);return v1}get tokenUrl(){let deferred1_0;let deferred1_1;try{const ret=wasm.client_tokenUrl(this.__wbg_ptr);
deferred1_0=ret[0];deferred1_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{wasm.__wbindgen_free(deferred1_0,
deferred1_1,1)}}validateAuthorizationResponse(callback,state){let deferred2_0;let deferred2_1;try{const ret=wasm.client_validateAuthorizationResponse(
this.__wbg_ptr,callback,state);var ptr1=ret[0];var len1=ret[1];if(ret[3]){ptr1=0;len1=0;throw takeFromExternrefTable0(ret[2])}
deferred2_0=ptr1;deferred2_1=len1;return getStringFromWasm0(ptr1,len1)}finally{wasm.__wbindgen_free(deferred2_0,deferred2_1,
1)}}validateInPage(address,state){let ptr0,len0,ptr1,len1;try{ptr0=passStringToWasm0(address,wasm.__wbindgen_malloc,wasm.
__wbindgen_realloc);len0=WASM_VECTOR_LEN;ptr1=passStringToWasm0(state,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=
WASM_VECTOR_LEN}catch(e){if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}
const ret=wasm.client_validateInPage(this.__wbg_ptr,ptr0,len0,ptr1,len1);if(ret[3]){throw takeFromExternrefTable0(ret[2])}
let v3;if(ret[0]!==0){v3=getStringFromWasm0(ret[0],ret[1]);wasm.__wbindgen_free(ret[0],ret[1]*1,1)}return v3}}if(Symbol.
dispose)Client.prototype[Symbol.dispose]=Client.prototype.free;class ConnectionTest{__destroy_into_raw(){const ptr=this.
__wbg_ptr;this.__wbg_ptr=0;ConnectionTestFinalization.unregister(this);return ptr}free(){const ptr=this.__destroy_into_raw();
wasm.__wbg_connectiontest_free(ptr,0)}answered(response){const ret=wasm.connectiontest_answered(this.__wbg_ptr,response);
if(ret[1]){throw takeFromExternrefTable0(ret[0])}}failed(message){const ptr0=passStringToWasm0(message,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;wasm.connectiontest_failed(this.__wbg_ptr,ptr0,len0)}constructor(known2){
const ret=wasm.connectiontest_new(known2);if(ret[2]){throw takeFromExternrefTable0(ret[1])}this.__wbg_ptr=ret[0];ConnectionTestFinalization.
register(this,this.__wbg_ptr,this);return this}get path(){const ret=wasm.connectiontest_path(this.__wbg_ptr);let v1;if(ret[0]!==
0){v1=getStringFromWasm0(ret[0],ret[1]);wasm.__wbindgen_free(ret[0],ret[1]*1,1)}return v1}get verdict(){const ret=wasm.connectiontest_verdict(
this.__wbg_ptr);return ret}}if(Symbol.dispose)ConnectionTest.prototype[Symbol.dispose]=ConnectionTest.prototype.free;class List{__destroy_into_raw(){
const ptr=this.__wbg_ptr;this.__wbg_ptr=0;ListFinalization.unregister(this);return ptr}free(){const ptr=this.__destroy_into_raw();
wasm.__wbg_list_free(ptr,0)}get address(){let deferred1_0;let deferred1_1;try{const ret=wasm.list_address(this.__wbg_ptr);
deferred1_0=ret[0];deferred1_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{wasm.__wbindgen_free(deferred1_0,
deferred1_1,1)}}answered(next,values,page,pagelen,size){const ret=wasm.list_answered(this.__wbg_ptr,next,values,!isLikeNone(
page),isLikeNone(page)?0:page,!isLikeNone(pagelen),isLikeNone(pagelen)?0:pagelen,!isLikeNone(size),isLikeNone(size)?0:size);
if(ret[2]){throw takeFromExternrefTable0(ret[1])}return ret[0]!==0}constructor(address){const ptr0=passStringToWasm0(address,
wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.list_new(ptr0,len0);this.__wbg_ptr=
ret;ListFinalization.register(this,this.__wbg_ptr,this);return this}get token(){let deferred2_0;let deferred2_1;try{const ret=wasm.
list_token(this.__wbg_ptr);var ptr1=ret[0];var len1=ret[1];if(ret[3]){ptr1=0;len1=0;throw takeFromExternrefTable0(ret[2])}
deferred2_0=ptr1;deferred2_1=len1;return getStringFromWasm0(ptr1,len1)}finally{wasm.__wbindgen_free(deferred2_0,deferred2_1,
1)}}}if(Symbol.dispose)List.prototype[Symbol.dispose]=List.prototype.free;class Proxies{static __wrap(ptr){const obj=Object.
create(Proxies.prototype);obj.__wbg_ptr=ptr;ProxiesFinalization.register(obj,obj.__wbg_ptr,obj);return obj}__destroy_into_raw(){
const ptr=this.__wbg_ptr;this.__wbg_ptr=0;ProxiesFinalization.unregister(this);return ptr}free(){const ptr=this.__destroy_into_raw();
wasm.__wbg_proxies_free(ptr,0)}proxyFor(url){const ptr0=passStringToWasm0(url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
const len0=WASM_VECTOR_LEN;const ret=wasm.proxies_proxyFor(this.__wbg_ptr,ptr0,len0);if(ret[2]){throw takeFromExternrefTable0(
ret[1])}return takeFromExternrefTable0(ret[0])}}if(Symbol.dispose)Proxies.prototype[Symbol.dispose]=Proxies.prototype.free;
class Redactor{__destroy_into_raw(){const ptr=this.__wbg_ptr;this.__wbg_ptr=0;RedactorFinalization.unregister(this);return ptr}free(){
const ptr=this.__destroy_into_raw();wasm.__wbg_redactor_free(ptr,0)}end(){const ret=wasm.redactor_end(this.__wbg_ptr);var v1=getArrayU8FromWasm0(
ret[0],ret[1]).slice();wasm.__wbindgen_free(ret[0],ret[1]*1,1);return v1}constructor(authorization){const ptr0=passStringToWasm0(
authorization,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.redactor_new(ptr0,
len0);this.__wbg_ptr=ret;RedactorFinalization.register(this,this.__wbg_ptr,this);return this}push(piece){const ptr0=passArray8ToWasm0(
piece,wasm.__wbindgen_malloc);const len0=WASM_VECTOR_LEN;const ret=wasm.redactor_push(this.__wbg_ptr,ptr0,len0);var v2=getArrayU8FromWasm0(
ret[0],ret[1]).slice();wasm.__wbindgen_free(ret[0],ret[1]*1,1);return v2}text(text){let deferred2_0;let deferred2_1;try{
const ptr0=passStringToWasm0(text,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.
redactor_text(this.__wbg_ptr,ptr0,len0);deferred2_0=ret[0];deferred2_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{
wasm.__wbindgen_free(deferred2_0,deferred2_1,1)}}}if(Symbol.dispose)Redactor.prototype[Symbol.dispose]=Redactor.prototype.
free;const RefreshAction=Object.freeze({Rest:0,"0":"Rest",Lock:1,"1":"Lock",Look:2,"2":"Look",Queue:3,"3":"Queue",Refresh:4,
"4":"Refresh",Judge:5,"5":"Judge",Publish:6,"6":"Publish",Bury:7,"7":"Bury",Store:8,"8":"Store",Report:9,"9":"Report",Wait:10,
"10":"Wait"});const RefreshAdmission=Object.freeze({Nobody:0,"0":"Nobody",NobodyYet:1,"1":"NobodyYet",First:2,"2":"First",
FirstAlone:3,"3":"FirstAlone"});const RefreshAnswer=Object.freeze({Use:0,"0":"Use",Turn:1,"1":"Turn",Dead:2,"2":"Dead",Failed:3,
"3":"Failed",Doubtful:4,"4":"Doubtful",Busy:5,"5":"Busy"});const RefreshEvent=Object.freeze({Locked:0,"0":"Locked",LockBusy:1,
"1":"LockBusy",LockLost:2,"2":"LockLost",Abandoned:3,"3":"Abandoned",NothingFound:4,"4":"NothingFound",Admitted:5,"5":"A\
dmitted",Published:6,"6":"Published",Superseded:7,"7":"Superseded",Stored:8,"8":"Stored",StoreFailed:9,"9":"StoreFailed",
Reported:10,"10":"Reported",Woke:11,"11":"Woke"});const RefreshLane=Object.freeze({Urgent:0,"0":"Urgent",Sound:1,"1":"So\
und",Suspect:2,"2":"Suspect"});class RefreshPolicy{__destroy_into_raw(){const ptr=this.__wbg_ptr;this.__wbg_ptr=0;RefreshPolicyFinalization.
unregister(this);return ptr}free(){const ptr=this.__destroy_into_raw();wasm.__wbg_refreshpolicy_free(ptr,0)}get action(){
const ret=wasm.refreshpolicy_action(this.__wbg_ptr);return ret}asked(known2,deadline,now){const ret=wasm.refreshpolicy_asked(
this.__wbg_ptr,known2,deadline,now);return ret}believes(obtained_at,expires_at){const ret=wasm.refreshpolicy_believes(this.
__wbg_ptr,!isLikeNone(obtained_at),isLikeNone(obtained_at)?0:obtained_at,!isLikeNone(expires_at),isLikeNone(expires_at)?
0:expires_at);return ret!==0}configured(obtained_at,expires_at,now){const ret=wasm.refreshpolicy_configured(this.__wbg_ptr,
!isLikeNone(obtained_at),isLikeNone(obtained_at)?0:obtained_at,!isLikeNone(expires_at),isLikeNone(expires_at)?0:expires_at,
now);return ret!==0}failed(code,retryable,retry_after,now,random){const val2=+retryable;const val3=+(isLikeNone(retry_after)?
0:retry_after);const val4=+now;const val5=+random;const ptr0=passStringToWasm0(code,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
const len0=WASM_VECTOR_LEN;const ret=wasm.refreshpolicy_failed(this.__wbg_ptr,ptr0,len0,val2,!isLikeNone(retry_after),val3,
val4,val5);return ret}foundDead(died_at,now,random){const ret=wasm.refreshpolicy_foundDead(this.__wbg_ptr,!isLikeNone(died_at),
isLikeNone(died_at)?0:died_at,now,random);return ret}foundInRow(obtained_at,expires_at,now,random){const ret=wasm.refreshpolicy_foundInRow(
this.__wbg_ptr,!isLikeNone(obtained_at),isLikeNone(obtained_at)?0:obtained_at,!isLikeNone(expires_at),isLikeNone(expires_at)?
0:expires_at,now,random);return ret}found(obtained_at,expires_at,same_refresh_token,now,random){const ret=wasm.refreshpolicy_found(
this.__wbg_ptr,!isLikeNone(obtained_at),isLikeNone(obtained_at)?0:obtained_at,!isLikeNone(expires_at),isLikeNone(expires_at)?
0:expires_at,same_refresh_token,now,random);return ret}get generation(){const ret=wasm.refreshpolicy_generation(this.__wbg_ptr);
return ret>>>0}get isDoubtful(){const ret=wasm.refreshpolicy_isDoubtful(this.__wbg_ptr);return ret!==0}get isForced(){const ret=wasm.
refreshpolicy_isForced(this.__wbg_ptr);return ret!==0}isIdle(now){const ret=wasm.refreshpolicy_isIdle(this.__wbg_ptr,now);
return ret!==0}judged(others_refused_ago,refused_ago,now,random){const ret=wasm.refreshpolicy_judged(this.__wbg_ptr,!isLikeNone(
others_refused_ago),isLikeNone(others_refused_ago)?0:others_refused_ago,refused_ago,now,random);return ret}lane(now){const ret=wasm.
refreshpolicy_lane(this.__wbg_ptr,now);return ret}constructor(obtained_at,expires_at,has_access_token,lockout,now){const ret=wasm.
refreshpolicy_new(!isLikeNone(obtained_at),isLikeNone(obtained_at)?0:obtained_at,!isLikeNone(expires_at),isLikeNone(expires_at)?
0:expires_at,has_access_token,lockout,now);this.__wbg_ptr=ret;RefreshPolicyFinalization.register(this,this.__wbg_ptr,this);
return this}on(event,now,random){const ret=wasm.refreshpolicy_on(this.__wbg_ptr,event,now,random);return ret}pause(now){
const ret=wasm.refreshpolicy_pause(this.__wbg_ptr,now);return ret[0]===0?void 0:ret[1]}reason(now){const ret=wasm.refreshpolicy_reason(
this.__wbg_ptr,now);return ret}reject(generation,repetitions,now){const ret=wasm.refreshpolicy_reject(this.__wbg_ptr,generation,
repetitions,now);return ret!==0}renew(generation,deadline,now){const ret=wasm.refreshpolicy_renew(this.__wbg_ptr,generation,
deadline,now);return ret}renewed(obtained_at,expires_at,now,random){const ret=wasm.refreshpolicy_renewed(this.__wbg_ptr,
obtained_at,!isLikeNone(expires_at),isLikeNone(expires_at)?0:expires_at,now,random);return ret}retryIn(now){const ret=wasm.
refreshpolicy_retryIn(this.__wbg_ptr,now);return ret[0]===0?void 0:ret[1]}suspect(generation,repetitions,now){const ret=wasm.
refreshpolicy_suspect(this.__wbg_ptr,generation,repetitions,now);return ret!==0}wait(now){const ret=wasm.refreshpolicy_wait(
this.__wbg_ptr,now);return ret[0]===0?void 0:ret[1]}}if(Symbol.dispose)RefreshPolicy.prototype[Symbol.dispose]=RefreshPolicy.
prototype.free;class RefreshQueue{__destroy_into_raw(){const ptr=this.__wbg_ptr;this.__wbg_ptr=0;RefreshQueueFinalization.
unregister(this);return ptr}free(){const ptr=this.__destroy_into_raw();wasm.__wbg_refreshqueue_free(ptr,0)}admit(alone){
const ret=wasm.refreshqueue_admit(this.__wbg_ptr,alone);return ret===Number.MAX_SAFE_INTEGER?void 0:ret}enter(lane){const ret=wasm.
refreshqueue_enter(this.__wbg_ptr,lane);return ret>>>0}failed(now){wasm.refreshqueue_failed(this.__wbg_ptr,now)}granted(sent_at,now){
wasm.refreshqueue_granted(this.__wbg_ptr,sent_at,now)}learn(refused_ago,granted_ago,now){wasm.refreshqueue_learn(this.__wbg_ptr,
!isLikeNone(refused_ago),isLikeNone(refused_ago)?0:refused_ago,!isLikeNone(granted_ago),isLikeNone(granted_ago)?0:granted_ago,
now)}constructor(lockout){const ret=wasm.refreshqueue_new(lockout);this.__wbg_ptr=ret;RefreshQueueFinalization.register(
this,this.__wbg_ptr,this);return this}next(now){const ret=wasm.refreshqueue_next(this.__wbg_ptr,now);return ret}refused(now){
wasm.refreshqueue_refused(this.__wbg_ptr,now)}wait(now){const ret=wasm.refreshqueue_wait(this.__wbg_ptr,now);return ret}}
if(Symbol.dispose)RefreshQueue.prototype[Symbol.dispose]=RefreshQueue.prototype.free;class RemovedEndpoints{__destroy_into_raw(){
const ptr=this.__wbg_ptr;this.__wbg_ptr=0;RemovedEndpointsFinalization.unregister(this);return ptr}free(){const ptr=this.
__destroy_into_raw();wasm.__wbg_removedendpoints_free(ptr,0)}inWorkspace(url,segment,with_role){const val3=+with_role;let ptr0,
len0,ptr1,len1;try{ptr0=passStringToWasm0(url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;ptr1=
passStringToWasm0(segment,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN}catch(e){if(ptr1){wasm.__wbindgen_free(
ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.removedendpoints_inWorkspace(this.__wbg_ptr,
ptr0,len0,ptr1,len1,val3);let v4;if(ret[0]!==0){v4=getStringFromWasm0(ret[0],ret[1]);wasm.__wbindgen_free(ret[0],ret[1]*
1,1)}return v4}judge(url,segment,with_role,response){const val3=+with_role;let ptr0,len0,ptr1,len1;try{ptr0=passStringToWasm0(
url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;ptr1=passStringToWasm0(segment,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN}catch(e){if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(
ptr0,len0*1,1)}throw e}const ret=wasm.removedendpoints_judge(this.__wbg_ptr,ptr0,len0,ptr1,len1,val3,response);if(ret[2]){
throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(ret[0])}static limits(){const ret=wasm.removedendpoints_limits();
return ret}constructor(url){const ptr0=passStringToWasm0(url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;
const ret=wasm.removedendpoints_new(ptr0,len0);if(ret[2]){throw takeFromExternrefTable0(ret[1])}this.__wbg_ptr=ret[0];RemovedEndpointsFinalization.
register(this,this.__wbg_ptr,this);return this}page(url,size){const val2=+size;const ptr0=passStringToWasm0(url,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.removedendpoints_page(this.__wbg_ptr,ptr0,len0,val2);
return ret}replacement(method,url){let ptr0,len0,ptr1,len1;try{ptr0=passStringToWasm0(method,wasm.__wbindgen_malloc,wasm.
__wbindgen_realloc);len0=WASM_VECTOR_LEN;ptr1=passStringToWasm0(url,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=
WASM_VECTOR_LEN}catch(e){if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}
const ret=wasm.removedendpoints_replacement(this.__wbg_ptr,ptr0,len0,ptr1,len1);return ret}}if(Symbol.dispose)RemovedEndpoints.
prototype[Symbol.dispose]=RemovedEndpoints.prototype.free;const RowHolding=Object.freeze({Chain:0,"0":"Chain",Others:1,"\
1":"Others",OthersNewer:2,"2":"OthersNewer",InVault:3,"3":"InVault",Replaced:4,"4":"Replaced"});function checkMember(argument,member){
let ptr0,len0,ptr1,len1;try{ptr0=passStringToWasm0(argument,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;
ptr1=passStringToWasm0(member,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN}catch(e){if(ptr1){wasm.
__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.checkMember(ptr0,len0,
ptr1,len1);if(ret[1]){throw takeFromExternrefTable0(ret[0])}}function chooseRedisDatabase(surveyed,survey){let ptr0,len0,
ptr1,len1;try{ptr0=passArray32ToWasm0(surveyed,wasm.__wbindgen_malloc);len0=WASM_VECTOR_LEN;ptr1=passStringToWasm0(survey,
wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN}catch(e){if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,
1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*4,4)}throw e}const ret=wasm.chooseRedisDatabase(ptr0,len0,ptr1,len1);return ret}
function completeRedirect(address,pending,origin,now){const val3=+now;let ptr0,len0,ptr1,len1;try{ptr0=passStringToWasm0(
address,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;ptr1=passStringToWasm0(origin,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN}catch(e){if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(
ptr0,len0*1,1)}throw e}const ret=wasm.completeRedirect(ptr0,len0,pending,ptr1,len1,val3);if(ret[3]){throw takeFromExternrefTable0(
ret[2])}let v4;if(ret[0]!==0){v4=getStringFromWasm0(ret[0],ret[1]);wasm.__wbindgen_free(ret[0],ret[1]*1,1)}return v4}function defaultScopes(){
const ret=wasm.defaultScopes();var v1=getArrayJsValueFromWasm0(ret[0],ret[1]);wasm.__wbindgen_free(ret[0],ret[1]*4,4);return v1}
function describeArgument(argument){const ptr0=passStringToWasm0(argument,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
const len0=WASM_VECTOR_LEN;const ret=wasm.describeArgument(ptr0,len0);return ret}function environmentVariables(){const ret=wasm.
environmentVariables();var v1=getArrayJsValueFromWasm0(ret[0],ret[1]);wasm.__wbindgen_free(ret[0],ret[1]*4,4);return v1}
function expandScopes2(list){const ret=wasm.expandScopes(list);if(ret[3]){throw takeFromExternrefTable0(ret[2])}var v1=getArrayJsValueFromWasm0(
ret[0],ret[1]);wasm.__wbindgen_free(ret[0],ret[1]*4,4);return v1}function failure2(code,phase,details){let ptr0,len0,ptr1,
len1;try{ptr0=passStringToWasm0(code,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;ptr1=passStringToWasm0(
phase,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN}catch(e){if(ptr1){wasm.__wbindgen_free(ptr1,len1*
1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.failure(ptr0,len0,ptr1,len1,details);if(ret[2]){
throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(ret[0])}function hostStatus(code,status){const val2=+(isLikeNone(
status)?16777215:status);const ptr0=passStringToWasm0(code,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;
const ret=wasm.hostStatus(ptr0,len0,val2);if(ret[2]){throw takeFromExternrefTable0(ret[1])}return ret[0]}function isCuredByRenewal(is_of_client,is_unrepeated,status,message){
const val2=+is_of_client;const val3=+is_unrepeated;const val4=+(isLikeNone(status)?0:status);const ptr0=passStringToWasm0(
message,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.isCuredByRenewal(val2,
val3,!isLikeNone(status),val4,ptr0,len0);return ret!==0}function isExpired(expires_at,now){const ret=wasm.isExpired(!isLikeNone(
expires_at),isLikeNone(expires_at)?0:expires_at,now);return ret!==0}function isHourUsedUp(status,retry_after,received_at){
const val2=+(isLikeNone(status)?16777215:status);const val3=+received_at;var ptr0=isLikeNone(retry_after)?0:passStringToWasm0(
retry_after,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);var len0=WASM_VECTOR_LEN;const ret=wasm.isHourUsedUp(val2,ptr0,
len0,val3);return ret!==0}function isPendingOver(started_at,now){const ret=wasm.isPendingOver(started_at,now);return ret!==
0}function isRefusal(code){const ptr0=passStringToWasm0(code,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;
const ret=wasm.isRefusal(ptr0,len0);return ret!==0}function isVaultReference2(value){const ret=wasm.isVaultReference(value);
return ret!==0}function isWaitedFor(told){const ret=wasm.isWaitedFor(told);return ret!==0}function judgeApiResponse(response){
const ret=wasm.judgeApiResponse(response);if(ret[2]){throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(
ret[0])}function lateInTransaction(){const ret=wasm.lateInTransaction();return ret}function maskedCredential(field){const ptr0=passStringToWasm0(
field,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.maskedCredential(ptr0,len0);
return ret}function mayCarry(name,to_api,with_body){const val2=+to_api;const val3=+with_body;const ptr0=passStringToWasm0(
name,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.mayCarry(ptr0,len0,val2,val3);
return ret!==0}function mayRepeat(method,code,status,phase){const val4=+(isLikeNone(status)?16777215:status);let ptr0,len0,
ptr1,len1,ptr2,len2;try{ptr0=passStringToWasm0(method,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;
ptr1=passStringToWasm0(code,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len1=WASM_VECTOR_LEN;ptr2=passStringToWasm0(
phase,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);len2=WASM_VECTOR_LEN}catch(e){if(ptr2){wasm.__wbindgen_free(ptr2,len2*
1,1)}if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.mayRepeat(
ptr0,len0,ptr1,len1,val4,ptr2,len2);return ret!==0}function missingScopes2(required,granted){const ret=wasm.missingScopes(
required,granted);if(ret[3]){throw takeFromExternrefTable0(ret[2])}var v1=getArrayJsValueFromWasm0(ret[0],ret[1]);wasm.__wbindgen_free(
ret[0],ret[1]*4,4);return v1}function outdates(obtained_at,expires_at,fence,found_obtained_at,found_expires_at,found_fence){
const ret=wasm.outdates(!isLikeNone(obtained_at),isLikeNone(obtained_at)?0:obtained_at,!isLikeNone(expires_at),isLikeNone(
expires_at)?0:expires_at,fence,!isLikeNone(found_obtained_at),isLikeNone(found_obtained_at)?0:found_obtained_at,!isLikeNone(
found_expires_at),isLikeNone(found_expires_at)?0:found_expires_at,found_fence);return ret!==0}function pageAddress(list,next,page){
let deferred3_0;let deferred3_1;try{const ptr0=passStringToWasm0(list,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;
const ret=wasm.pageAddress(ptr0,len0,next,page);var ptr2=ret[0];var len2=ret[1];if(ret[3]){ptr2=0;len2=0;throw takeFromExternrefTable0(
ret[2])}deferred3_0=ptr2;deferred3_1=len2;return getStringFromWasm0(ptr2,len2)}finally{wasm.__wbindgen_free(deferred3_0,
deferred3_1,1)}}function pageClient(options,origin){const ptr0=passStringToWasm0(origin,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
const len0=WASM_VECTOR_LEN;const ret=wasm.pageClient(options,ptr0,len0);if(ret[2]){throw takeFromExternrefTable0(ret[1])}
return Client.__wrap(ret[0])}function pageRepetition(status,retry_after,number,patience,received_at,random){const val2=+status;
const val3=+number;const val4=+patience;const val5=+received_at;const val6=+random;var ptr0=isLikeNone(retry_after)?0:passStringToWasm0(
retry_after,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);var len0=WASM_VECTOR_LEN;const ret=wasm.pageRepetition(val2,
ptr0,len0,val3,val4,val5,val6);if(ret[3]){throw takeFromExternrefTable0(ret[2])}return ret[0]===0?void 0:ret[1]}function provesCredential(status){
const ret=wasm.provesCredential(status);return ret!==0}function proxyVariables(){const ret=wasm.proxyVariables();var v1=getArrayJsValueFromWasm0(
ret[0],ret[1]);wasm.__wbindgen_free(ret[0],ret[1]*4,4);return v1}function rateLimitNews(status,limit,near_limit,retry_after,known2,is_configured,refusals,received_at){
const val4=+status;const val5=+known2;const val6=+is_configured;const val7=+refusals;const val8=+received_at;let ptr0,len0,
ptr1,len1,ptr2,len2;try{ptr0=isLikeNone(limit)?0:passStringToWasm0(limit,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len0=WASM_VECTOR_LEN;ptr1=isLikeNone(near_limit)?0:passStringToWasm0(near_limit,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len1=WASM_VECTOR_LEN;ptr2=isLikeNone(retry_after)?0:passStringToWasm0(retry_after,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len2=WASM_VECTOR_LEN}catch(e){if(ptr2){wasm.__wbindgen_free(ptr2,len2*1,1)}if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}
if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}throw e}const ret=wasm.rateLimitNews(val4,ptr0,len0,ptr1,len1,ptr2,len2,val5,
val6,val7,val8);return ret}function readCredential(config,may_act_as_client){const ret=wasm.readCredential(config,may_act_as_client);
if(ret[2]){throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(ret[0])}function readEnvironment2(env){const ret=wasm.
readEnvironment(env);if(ret[2]){throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(ret[0])}function readScopes(list){
const ret=wasm.readScopes(list);if(ret[3]){throw takeFromExternrefTable0(ret[2])}var v1=getArrayJsValueFromWasm0(ret[0],
ret[1]);wasm.__wbindgen_free(ret[0],ret[1]*4,4);return v1}function redisDatabaseTrouble(reply){const ptr0=passStringToWasm0(
reply,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.redisDatabaseTrouble(ptr0,
len0);let v2;if(ret[0]!==0){v2=getStringFromWasm0(ret[0],ret[1]);wasm.__wbindgen_free(ret[0],ret[1]*1,1)}return v2}function redisDatabases(home,others){
const val2=+home;const ptr0=passArray32ToWasm0(others,wasm.__wbindgen_malloc);const len0=WASM_VECTOR_LEN;const ret=wasm.
redisDatabases(val2,ptr0,len0);var v3=getArrayU32FromWasm0(ret[0],ret[1]).slice();wasm.__wbindgen_free(ret[0],ret[1]*4,4);
return v3}function redisServer(address){const ptr0=passStringToWasm0(address,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
const len0=WASM_VECTOR_LEN;const ret=wasm.redisServer(ptr0,len0);if(ret[2]){throw takeFromExternrefTable0(ret[1])}return takeFromExternrefTable0(
ret[0])}function redisTrouble(code,message){let ptr0,len0,ptr1,len1;try{ptr0=passStringToWasm0(code,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);len0=WASM_VECTOR_LEN;ptr1=passStringToWasm0(message,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);
len1=WASM_VECTOR_LEN}catch(e){if(ptr1){wasm.__wbindgen_free(ptr1,len1*1,1)}if(ptr0){wasm.__wbindgen_free(ptr0,len0*1,1)}
throw e}const ret=wasm.redisTrouble(ptr0,len0,ptr1,len1);let v3;if(ret[0]!==0){v3=getStringFromWasm0(ret[0],ret[1]);wasm.
__wbindgen_free(ret[0],ret[1]*1,1)}return v3}function refusePage(lacks){const ptr0=passStringToWasm0(lacks,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.refusePage(ptr0,len0);if(ret[1]){throw takeFromExternrefTable0(
ret[0])}}function refuseSecret(options){const ret=wasm.refuseSecret(options);if(ret[1]){throw takeFromExternrefTable0(ret[0])}}
function resourceGroup(path){let deferred2_0;let deferred2_1;try{const ptr0=passStringToWasm0(path,wasm.__wbindgen_malloc,
wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.resourceGroup(ptr0,len0);deferred2_0=ret[0];deferred2_1=
ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{wasm.__wbindgen_free(deferred2_0,deferred2_1,1)}}function responseState(address,is_pending){
const val2=+is_pending;const ptr0=passStringToWasm0(address,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;
const ret=wasm.responseState(ptr0,len0,val2);let v3;if(ret[0]!==0){v3=getStringFromWasm0(ret[0],ret[1]);wasm.__wbindgen_free(
ret[0],ret[1]*1,1)}return v3}function retryDelay(attempts,status,retry_after,is_queued,patience,received_at,random){const val2=+attempts;
const val3=+(isLikeNone(status)?16777215:status);const val4=+is_queued;const val5=+patience;const val6=+received_at;const val7=+random;
var ptr0=isLikeNone(retry_after)?0:passStringToWasm0(retry_after,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);var len0=WASM_VECTOR_LEN;
const ret=wasm.retryDelay(val2,val3,ptr0,len0,val4,val5,val6,val7);return ret[0]===0?void 0:ret[1]}function rowHolding(row,own,is_of_same_chain,is_in_vault,is_refused){
const ret=wasm.rowHolding(row,own,is_of_same_chain,is_in_vault,is_refused);if(ret[2]){throw takeFromExternrefTable0(ret[1])}
return ret[0]}function takesCode(kind){const ret=wasm.takesCode(kind);return ret!==0}function transactionLimit(){const ret=wasm.
transactionLimit();return ret>>>0}function waitingTime(wanted){const ret=wasm.waitingTime(wanted);if(ret[2]){throw takeFromExternrefTable0(
ret[1])}return ret[0]>>>0}function withoutResponse(address){let deferred2_0;let deferred2_1;try{const ptr0=passStringToWasm0(
address,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);const len0=WASM_VECTOR_LEN;const ret=wasm.withoutResponse(ptr0,len0);
deferred2_0=ret[0];deferred2_1=ret[1];return getStringFromWasm0(ret[0],ret[1])}finally{wasm.__wbindgen_free(deferred2_0,
deferred2_1,1)}}function withoutTracker(status,is_elsewhere){const ret=wasm.withoutTracker(status,is_elsewhere);let v1;if(ret[0]!==
0){v1=getStringFromWasm0(ret[0],ret[1]);wasm.__wbindgen_free(ret[0],ret[1]*1,1)}return v1}function workspaceSegment(workspace){
let deferred2_0;let deferred2_1;try{const ret=wasm.workspaceSegment(workspace);var ptr1=ret[0];var len1=ret[1];if(ret[3]){
ptr1=0;len1=0;throw takeFromExternrefTable0(ret[2])}deferred2_0=ptr1;deferred2_1=len1;return getStringFromWasm0(ptr1,len1)}finally{
wasm.__wbindgen_free(deferred2_0,deferred2_1,1)}}function __wbg_Error_208446807d0d1e30(arg0,arg1){const ret=Error(getStringFromWasm0(
arg0,arg1));return ret}function __wbg___wbindgen_is_falsy_d864b623500ae65d(arg0){const ret=!arg0;return ret}function __wbg___wbindgen_is_function_741ff2bb612836f5(arg0){
const ret=typeof arg0==="function";return ret}function __wbg___wbindgen_is_null_c22311b1cc228e3a(arg0){const ret=arg0===
null;return ret}function __wbg___wbindgen_is_object_8b968c3ab8e96595(arg0){const val=arg0;const ret=typeof val==="object"&&
val!==null;return ret}function __wbg___wbindgen_is_undefined_be5b34249ff1fc15(arg0){const ret=arg0===void 0;return ret}function __wbg___wbindgen_jsval_eq_38d7bfbe4cc84039(arg0,arg1){
const ret=arg0===arg1;return ret}function __wbg___wbindgen_number_get_934b640d0889af78(arg0,arg1){const obj=arg1;const ret=typeof obj===
"number"?obj:void 0;getDataViewMemory0().setFloat64((arg0>>>0)+8*1,isLikeNone(ret)?0:ret,true);getDataViewMemory0().setInt32(
(arg0>>>0)+4*0,!isLikeNone(ret),true)}function __wbg___wbindgen_string_get_7ce8eee7fd327545(arg0,arg1){const obj=arg1;const ret=typeof obj===
"string"?obj:void 0;var ptr1=isLikeNone(ret)?0:passStringToWasm0(ret,wasm.__wbindgen_malloc,wasm.__wbindgen_realloc);var len1=WASM_VECTOR_LEN;
getDataViewMemory0().setInt32((arg0>>>0)+4*1,len1,true);getDataViewMemory0().setInt32((arg0>>>0)+4*0,ptr1,true)}function __wbg___wbindgen_throw_4c88d8bf264fd984(arg0,arg1){
throw new Error(getStringFromWasm0(arg0,arg1))}function __wbg_call_40b008ba32f73991(){return handleError(function(arg0,arg1){
const ret=arg0.call(arg1);return ret},arguments)}function __wbg_callbackpage_new(arg0){const ret=CallbackPage.__wrap(arg0);
return ret}function __wbg_client_new(arg0){const ret=Client.__wrap(arg0);return ret}function __wbg_getRandomValues_07f3179f2d015362(){
return handleError(function(arg0,arg1,arg2){const ret=arg0.getRandomValues(getArrayU8FromWasm0(arg1,arg2));return ret},arguments)}
function __wbg_get_2080c49015e35254(){return handleError(function(arg0,arg1){const ret=Reflect.get(arg0,arg1);return ret},
arguments)}function __wbg_get_bb8b6b35041e00c9(){return handleError(function(arg0,arg1){const ret=Reflect.get(arg0,arg1>>>
0);return ret},arguments)}function __wbg_get_d7176cfb76d71114(arg0,arg1){const ret=arg0[arg1>>>0];return ret}function __wbg_get_unchecked_e6325ad374eff861(arg0,arg1){
const ret=arg0[arg1>>>0];return ret}function __wbg_isArray_75715ef6ec4e691d(){return handleError(function(arg0){const ret=Array.
isArray(arg0);return ret},arguments)}function __wbg_isView_33dca32122d664c0(){return handleError(function(arg0){const ret=ArrayBuffer.
isView(arg0);return ret},arguments)}function __wbg_length_186163212ffe79c3(arg0){const ret=arg0.length;return ret}function __wbg_length_b03a0fabb109b1e9(arg0){
const ret=arg0.length;return ret}function __wbg_new_37eb45aaf5eeb820(){const ret=new Array;return ret}function __wbg_new_98f3330582453d0d(){
return handleError(function(arg0){const ret=new Uint8Array(arg0);return ret},arguments)}function __wbg_new_cd4348290afae586(){
const ret=new Object;return ret}function __wbg_ownKeys_c9890d5405932253(){return handleError(function(arg0){const ret=Reflect.
ownKeys(arg0);return ret},arguments)}function __wbg_parse_c3f72b5a24f83c01(){return handleError(function(arg0,arg1){const ret=JSON.
parse(getStringFromWasm0(arg0,arg1));return ret},arguments)}function __wbg_prototypesetcall_13162965d1fe7aa3(arg0,arg1,arg2){
Uint8Array.prototype.set.call(getArrayU8FromWasm0(arg0,arg1),arg2)}function __wbg_proxies_new(arg0){const ret=Proxies.__wrap(
arg0);return ret}function __wbg_set_2793479888329cb6(){return handleError(function(arg0,arg1,arg2){const ret=Reflect.set(
arg0,arg1,arg2);return ret},arguments)}function __wbg_set_d2d33b52458e984a(arg0,arg1,arg2){arg0[arg1>>>0]=arg2}function __wbg_set_e4b9a833d288759a(arg0,arg1,arg2){
arg0[arg1]=arg2}function __wbg_static_accessor_CRYPTO_3ecb14720560ffe6(){const ret=typeof crypto==="undefined"?void 0:crypto;
return isLikeNone(ret)?0:addToExternrefTable0(ret)}function __wbg_subarray_58f388a9247ac0bb(arg0,arg1,arg2){const ret=arg0.
subarray(arg1>>>0,arg2>>>0);return ret}function __wbg_toStringTag_1bdd39ac5d866229(){const ret=Symbol.toStringTag;return ret}
function __wbg_toString_6b1cac73c93ef5d1(){return handleError(function(arg0,arg1){const ret=arg0.toString(arg1);return ret},
arguments)}function __wbindgen_generic_0000000000000001(arg0){const ret=arg0;return ret}function __wbindgen_generic_0000000000000002(arg0,arg1){
const ret=getStringFromWasm0(arg0,arg1);return ret}function __wbindgen_generic_0000000000000003(arg0){const ret=BigInt.asUintN(
64,arg0);return ret}function __wbindgen_init_externref_table(){const table=wasm.__wbindgen_externrefs;table.set(0,void 0);
table.set(1024,void 0);table.set(1025,null);table.set(1026,true);table.set(1027,false)}const ApiFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_api_free(ptr,1));const CallbackPageFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_callbackpage_free(ptr,1));const ClientFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_client_free(ptr,1));const ConnectionTestFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_connectiontest_free(ptr,1));const ListFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_list_free(ptr,1));const ProxiesFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_proxies_free(ptr,1));const RedactorFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_redactor_free(ptr,1));const RefreshPolicyFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_refreshpolicy_free(ptr,1));const RefreshQueueFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_refreshqueue_free(ptr,1));const RemovedEndpointsFinalization=typeof FinalizationRegistry===
"undefined"?{register:()=>{},unregister:()=>{}}:new FinalizationRegistry(ptr=>wasm.__wbg_removedendpoints_free(ptr,1));function addToExternrefTable0(obj){
const idx=wasm.__externref_table_alloc();wasm.__wbindgen_externrefs.set(idx,obj);return idx}function getArrayJsValueFromWasm0(ptr,len){
ptr=ptr>>>0;const mem=getDataViewMemory0();const result=[];for(let i=ptr;i<ptr+4*len;i+=4){result.push(wasm.__wbindgen_externrefs.
get(mem.getUint32(i,true)))}wasm.__externref_drop_slice(ptr,len);return result}function getArrayU32FromWasm0(ptr,len){ptr=
ptr>>>0;return getUint32ArrayMemory0().subarray(ptr/4,ptr/4+len)}function getArrayU8FromWasm0(ptr,len){ptr=ptr>>>0;return getUint8ArrayMemory0().
subarray(ptr/1,ptr/1+len)}let cachedDataViewMemory0=null;function getDataViewMemory0(){if(cachedDataViewMemory0===null||
cachedDataViewMemory0.buffer.detached===true||cachedDataViewMemory0.buffer.detached===void 0&&cachedDataViewMemory0.buffer!==
wasm.memory.buffer){cachedDataViewMemory0=new DataView(wasm.memory.buffer)}return cachedDataViewMemory0}function getStringFromWasm0(ptr,len){
ptr=ptr>>>0;return decodeText(getUint8ArrayMemory0().subarray(ptr,ptr+len))}let cachedUint32ArrayMemory0=null;function getUint32ArrayMemory0(){
if(cachedUint32ArrayMemory0===null||cachedUint32ArrayMemory0.byteLength===0){cachedUint32ArrayMemory0=new Uint32Array(wasm.
memory.buffer)}return cachedUint32ArrayMemory0}let cachedUint8ArrayMemory0=null;function getUint8ArrayMemory0(){if(cachedUint8ArrayMemory0===
null||cachedUint8ArrayMemory0.byteLength===0){cachedUint8ArrayMemory0=new Uint8Array(wasm.memory.buffer)}return cachedUint8ArrayMemory0}
function handleError(f,args){try{return f.apply(this,args)}catch(e){const idx=addToExternrefTable0(e);wasm.__wbindgen_exn_store(
idx)}}function isLikeNone(x){return x===void 0||x===null}function passArray32ToWasm0(arg,malloc){const ptr=malloc(arg.length*
4,4)>>>0;getUint32ArrayMemory0().set(arg,ptr/4);WASM_VECTOR_LEN=arg.length;return ptr}function passArray8ToWasm0(arg,malloc){
const ptr=malloc(arg.length*1,1)>>>0;getUint8ArrayMemory0().set(arg,ptr/1);WASM_VECTOR_LEN=arg.length;return ptr}function passStringToWasm0(arg,malloc,realloc){
if(realloc===void 0){const buf=cachedTextEncoder.encode(arg);const ptr2=malloc(buf.length,1)>>>0;getUint8ArrayMemory0().
subarray(ptr2,ptr2+buf.length).set(buf);WASM_VECTOR_LEN=buf.length;return ptr2}let len=arg.length;let ptr=malloc(len,1)>>>
0;const mem=getUint8ArrayMemory0();let offset=0;for(;offset<len;offset++){const code=arg.charCodeAt(offset);if(code>127)
break;mem[ptr+offset]=code}if(offset!==len){if(offset!==0){arg=arg.slice(offset)}ptr=realloc(ptr,len,len=offset+arg.length*
3,1)>>>0;const view=getUint8ArrayMemory0().subarray(ptr+offset,ptr+len);const ret=cachedTextEncoder.encodeInto(arg,view);
offset+=ret.written;ptr=realloc(ptr,len,offset,1)>>>0}WASM_VECTOR_LEN=offset;return ptr}function takeFromExternrefTable0(idx){
const value=wasm.__wbindgen_externrefs.get(idx);wasm.__externref_table_dealloc(idx);return value}let cachedTextDecoder=new TextDecoder(
"utf-8",{ignoreBOM:true});cachedTextDecoder.decode();const MAX_SAFARI_DECODE_BYTES=2146435072;let numBytesDecoded=0;function decodeText(bytes){
numBytesDecoded+=bytes.length;if(numBytesDecoded>=MAX_SAFARI_DECODE_BYTES){cachedTextDecoder=new TextDecoder("utf-8",{ignoreBOM:true});
cachedTextDecoder.decode();numBytesDecoded=bytes.length}return cachedTextDecoder.decode(bytes)}const cachedTextEncoder=new TextEncoder;
if(!("encodeInto"in cachedTextEncoder)){cachedTextEncoder.encodeInto=function(arg,view){const buf=cachedTextEncoder.encode(
arg);view.set(buf);return{read:arg.length,written:buf.length}}}let WASM_VECTOR_LEN=0;let wasm;function __wbg_set_wasm(val){
wasm=val}return __toCommonJS2(stdin_exports)})();return{...glue}};var core_wasm_key_default=Symbol.for("nocodb-bitbucket-auth/core.wasm/66d5b36348f84e9b910b59685b6d2b3e476072f5c9792b80ef\
a1f3ae12e317e8");var hash="66d5b36348f84e9b910b59685b6d2b3e476072f5c9792b80efa1f3ae12e317e8";var section="nocodb-bitbuck\
et-auth";var build="ae6883749e4f1587d968ab93d6b47ee238b35e38dc588aaac95655db31eca634";var FIELDS=["code","phase","retryable","reauthorize","error","errorDescription","status","field","retryAfter","required",
"granted","announcementUrl"];var BitbucketAuthError=class _BitbucketAuthError extends Error{constructor(failure2,{detail,
cause}={},caller=_BitbucketAuthError){const message=detail?`${failure2.message.replace(/\.$/,"")} (${detail}).`:failure2.
message;const options=cause&&{cause};const limit=replaceStackLimit(0);super(message,options);replaceStackLimit(limit);this.
code=failure2.code;this.phase=failure2.phase;this.retryable=failure2.retryable;this.reauthorize=failure2.reauthorize;if(failure2.
error!==void 0){this.error=failure2.error}if(failure2.errorDescription!==void 0){this.errorDescription=failure2.errorDescription}
if(failure2.status!==void 0){this.status=failure2.status}if(failure2.field!==void 0){this.field=failure2.field}if(failure2.
retryAfter!==void 0){this.retryAfter=failure2.retryAfter}if(failure2.required!==void 0){this.required=failure2.required}
if(failure2.granted!==void 0){this.granted=failure2.granted}if(failure2.announcementUrl!==void 0){this.announcementUrl=failure2.
announcementUrl}Error.captureStackTrace?.(this,caller)}toJSON(){const plain={name:this.name,message:this.message};for(const key of FIELDS){
if(Object.hasOwn(this,key))plain[key]=Reflect.get(this,key)}return plain}};function withWait(error,wait){const later={...error.
toJSON(),retryAfter:Math.ceil(wait)};return new BitbucketAuthError(later,error.cause?{cause:error.cause}:{},withWait)}function replaceStackLimit(limit){
if(!Error.captureStackTrace)return void 0;const before=Error.stackTraceLimit;Reflect.set(Error,"stackTraceLimit",limit);
return before}Object.defineProperty(BitbucketAuthError.prototype,"name",{value:"BitbucketAuthError",writable:true,configurable:true});
function isFailure(thrown){return typeof thrown==="object"&&thrown!==null&&!(thrown instanceof Error)&&"code"in thrown&&
"phase"in thrown&&"message"in thrown}function judge(caller,call){try{return call()}catch(thrown){throw isFailure(thrown)?
new BitbucketAuthError(thrown,{},caller):thrown}}var loaded;var loading;function core(){if(loaded)return loaded;try{checkRuntime(core);const module2=new WebAssembly.Module(
inlinedBytes(core));return start(core_bg_default(),imports=>new WebAssembly.Instance(module2,imports))}catch(error){throw refused(
error,core)}}async function init(source){while(!loaded){const{source:its,end}=loading??=begin(source);try{await end}catch(error){
if(its===source)throw error}}}function begin(source){const end=load(source).finally(()=>{loading=void 0});return{source,
end}}function failure(code,phase,details,extra){return new BitbucketAuthError(judge(failure,()=>core().failure(code,phase,
details)),extra,failure)}async function load(source){try{checkRuntime(init);const wasm=source===void 0?inlinedBytes(init):
await ours(source);const module2=isModule(wasm)?wasm:await WebAssembly.compile(wasm);const glue=core_bg_default();const instance=await WebAssembly.
instantiate(module2,importsOf(glue));if(!loaded)start(glue,()=>instance)}catch(error){throw refused(error,init)}}async function ours(source){
const wasm=await read(source);if(isModule(wasm)){if(!isMarked(wasm))throw unusableSource();return wasm}const{subtle}=globalThis.
crypto??{};if(subtle){const digest=new Uint8Array(await subtle.digest("SHA-256",wasm));const found=Array.from(digest,byte=>byte.
toString(16).padStart(2,"0")).join("");if(found!==hash)throw unusableSource();return wasm}if(!WebAssembly.validate(wasm))
throw unusableSource();const module2=await WebAssembly.compile(wasm);if(!isMarked(module2))throw unusableSource();return module2}
function isMarked(module2){return WebAssembly.Module.customSections(module2,section).some(content=>String.fromCharCode(...new Uint8Array(
content))===build)}async function read(source){let found;try{found=await source;if(typeof found==="string"||tagOf(found)===
"URL")found=await fetched(String(found));if(isObject(found)&&"arrayBuffer"in found){const response=found;if("ok"in response&&
!response.ok)throw unusableSource(`could not be read (status ${Number(response.status)})`);found=await response.arrayBuffer()}}catch(error){
throw error instanceof BitbucketAuthError?error:unusableSource(`could not be read (${kindOf(error)})`)}if(isModule(found))
return found;const isBuffer=tagOf(found)==="ArrayBuffer";if(!isBuffer&&!ArrayBuffer.isView(found))throw unusableSource();
const bytes=isBuffer?new Uint8Array(found):found;return new Uint8Array(bytes.buffer,bytes.byteOffset,bytes.byteLength).slice()}
async function fetched(address){const file=address.startsWith("file:")?new URL(address):address;const isPath=!URL.canParse(
address)||/^[a-z]:/i.test(address);const isFile=typeof file!=="string"||isPath&&typeof location==="undefined";const fs=isFile?
globalThis.process?.getBuiltinModule?.("node:fs"):void 0;return fs?fs.promises.readFile(file):fetch(address)}var isObject=value=>typeof value===
"object"&&value!==null;var tagOf=value=>isObject(value)?Reflect.get(value,Symbol.toStringTag):void 0;var isModule=value=>tagOf(
value)==="WebAssembly.Module";var importsOf=glue=>({"./core_bg.js":glue});function start(glue,instantiate){const{exports}=instantiate(
importsOf(glue));glue.__wbg_set_wasm(exports);const prepare=exports.__wbindgen_start;if(typeof prepare==="function")prepare();
loaded=glue;return loaded}function inlinedBytes(caller){const inlined=Reflect.get(globalThis,core_wasm_key_default);if(typeof inlined!==
"string")throw missing(caller);const decoder=Uint8Array;if(decoder.fromBase64)return decoder.fromBase64(inlined);if(typeof Buffer===
"function")return Buffer.from(inlined,"base64");return Uint8Array.from(atob(inlined),character=>character.charCodeAt(0))}
function isForbidden(error){return error instanceof EvalError||error instanceof Error&&/content security policy|unsafe-eval|\bcsp\b/i.
test(error.message)}function isCompiledAheadOnly(error){return error instanceof Error&&/disallowed by embedder|dynamic wasm code generation/i.
test(error.message)}var NEEDED=["WebAssembly","TextDecoder","TextEncoder"];function checkRuntime(caller){const name=NEEDED.
find(needed=>Reflect.get(globalThis,needed)===void 0);if(name===void 0)return;throw unavailable(`This runtime has no ${name}\
, which nocodb-bitbucket-auth needs: use one that has it, or in a test's sandbox set it from Node.js before the first ca\
ll.`,caller,{field:name})}var IMPORT_SLIM="import nocodb-bitbucket-auth/slim, and await init() with nocodb-bitbucket-aut\
h/core.wasm as a module that was compiled with the program";function refused(error,caller){if(error instanceof BitbucketAuthError)
return error;const detail=kindOf(error);if(isForbidden(error)){return unavailable("The Content Security Policy of this p\
age forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src.",caller,{detail})}if(isCompiledAheadOnly(error)){return unavailable(
`This runtime compiles no WebAssembly while a program runs: ${IMPORT_SLIM}. In a page, add 'wasm-unsafe-eval' to the scr\
ipt-src of its Content Security Policy.`,caller)}const advice=caller===core?": in a page, await init() before the first \
call":"";return unavailable(`This runtime could not load the WebAssembly core${advice}.`,caller,{detail})}function kindOf(error){
if(!(error instanceof Error))return"no error";return"code"in error&&typeof error.code==="string"&&/^E[A-Z]+$/.test(error.
code)?error.code:error.name}function missing(caller){return unavailable("The WebAssembly core is not part of this entry:\
 before the first call, await init() with nocodb-bitbucket-auth/core.wasm, as bytes, module, response or address.",caller)}
function unavailable(message,caller,{detail,field="WebAssembly"}={}){const flags={retryable:false,reauthorize:false};return new BitbucketAuthError(
{code:"INVALID_CONFIG",phase:"config",message,...flags,field},{detail},caller)}function unusableSource(reason="is not th\
is version's WebAssembly core"){return new BitbucketAuthError({code:"INVALID_ARGUMENT",phase:"config",message:`A value g\
iven to nocodb-bitbucket-auth cannot be used: source ${reason}.`,retryable:false,reauthorize:false,field:"source"},{},init)}var known={};function membersOf(caller,argument,value){if(!isObject2(value))return{};const{name:field,phase,reads}=known[argument]??=
core().describeArgument(argument);return reading(phase,field,()=>{const members2={};for(const name of reads)members2[name]=
value[name];for(const name of Object.keys(value)){if(reads.includes(name)||value[name]===void 0||value[name]===null)continue;
judge(caller,()=>core().checkMember(argument,name))}return members2})}function reading(phase,field,work){try{return work()}catch(error){
throw error instanceof BitbucketAuthError?error:failure("INVALID_ARGUMENT",phase,{field})}}var isObject2=value=>typeof value===
"object"&&value!==null||typeof value==="function";var members=value=>isObject2(value)?value:{};function pick(value,names){
const given=members(value);return Object.fromEntries(names.filter(name=>name in given).map(name=>[name,given[name]]))}function readEnvironment(env){const{environmentVariables,proxyVariables,readEnvironment:judgeEnvironment}=core();const variables=reading(
"config","env",()=>{const ways=proxyVariables();const way=ways.some(name=>env[name]!==void 0)?env:process.env;return Object.
fromEntries([...environmentVariables().map(name=>[name,env[name]]),...ways.map(name=>[name,way[name]])])});return judge(
readEnvironment,()=>judgeEnvironment(variables))}function lazyEnvironment(env){let environment;return()=>environment??=readEnvironment(
env)}function redisAddress({redisUrl,redisVariable,redisDatabase,isRedisDatabaseSought,otherRedisDatabases}){if(!redisUrl)
return void 0;return{url:redisUrl,variable:redisVariable,database:redisDatabase,isDatabaseSought:isRedisDatabaseSought,otherDatabases:otherRedisDatabases}}function isVaultReference(value){return typeof value==="object"&&value!==null&&core().isVaultReference(value)}var SECRET_MEMBERS=["token","oauth_token","refresh_token","access_token","bearer_token","password","client_secret","secr\
et"];var MASK="********";var MASKED_MEMBERS=[...SECRET_MEMBERS,"email"];function masked(config){const{oauth:_transient,_vars,
...shown}=members(config);for(const name of SECRET_MEMBERS){if(shown[name]&&!isVaultReference(shown[name]))shown[name]=MASK}
return shown}function maskedMembers(config){const given=members(config);return MASKED_MEMBERS.filter(name=>given[name]===
MASK)}function unmasked(config,stored){const former=members(stored);const whole={...config};for(const name of maskedMembers(
config)){if(name in former&&former[name]!==MASK)whole[name]=former[name];else delete whole[name]}return whole}function grantOf(payload){return reading("exchange","code",()=>{const{code:inner}=members(payload);const{code,code_verifier:verifier}=members(
isObject2(inner)||inner===null?inner:payload);return{code,verifier}})}var DEFAULT_SCOPES=Object.freeze(["repository","repository:write","pullrequest","pullrequest:write","issue","issue:write",
"account"]);var OAuthClient=class{#handle;constructor(options,caller=new.target){let given=options;if(isObject2(options)){
const{endpoints,...rest}=membersOf(caller,"clientOptions",options);given={...rest,endpoints:isObject2(endpoints)?membersOf(
caller,"endpoints",endpoints):endpoints}}this.#handle=judge(caller,()=>new(core()).Client(given))}get clientId(){return this.#handle.
clientId}get redirectUri(){return this.#handle.redirectUri}get scopes(){return this.#handle.scopes}get authorizeUrl(){return this.#handle.
authorizeUrl}get tokenUrl(){return this.#handle.tokenUrl}get apiUrl(){return this.#handle.apiUrl}get confidential(){return this.#handle.
confidential}authorizationUrl(){return this.#handle.authorizationUrl()}createAuthorizationRequest(options){const{extraParams}=membersOf(
this.createAuthorizationRequest,"authorizationOptions",options);return judge(this.createAuthorizationRequest,()=>this.#handle.
createAuthorizationRequest(extraParams))}validateAuthorizationResponse(callback,expected){const caller=this.validateAuthorizationResponse;
const{state}=membersOf(caller,"expectedResponse",expected);return{code:judge(caller,()=>this.#handle.validateAuthorizationResponse(
callback,state))}}buildTokenRequest(grant){const given=membersOf(this.buildTokenRequest,"codeGrant",grant);const{code,codeVerifier,
redirectUri,code_verifier:itsOtherName}=given;return judge(this.buildTokenRequest,()=>this.#handle.buildTokenRequest(code,
codeVerifier,redirectUri,itsOtherName))}buildRefreshRequest(grant){const{refreshToken}=membersOf(this.buildRefreshRequest,
"refreshGrant",grant);return judge(this.buildRefreshRequest,()=>this.#handle.buildRefreshRequest(refreshToken))}buildClientCredentialsRequest(){
return judge(this.buildClientCredentialsRequest,()=>this.#handle.buildClientCredentialsRequest())}parseTokenResponse(response){
const{headers,body,...rest}=membersOf(this.parseTokenResponse,"tokenResponse",response);const plain=reading("exchange","\
headers",()=>plainHeaders(headers));return judge(this.parseTokenResponse,()=>this.#handle.parseTokenResponse({...rest,headers:plain,
body:typeof body==="string"?new TextEncoder().encode(body):body}))}};function createClient(options){return new OAuthClient(
options,createClient)}function expandScopes(list){return judge(expandScopes,()=>core().expandScopes(list))}function missingScopes(required,granted){
return judge(missingScopes,()=>core().missingScopes(required,granted))}function plainHeaders(headers){if(headers===void 0||
headers===null)return{};if(typeof headers!=="object")return headers;const entries=Symbol.iterator in headers?[...headers]:
Object.entries(headers);const plain={};for(const entry of entries){if(!Array.isArray(entry))return headers;const[name,value]=entry;
if(value!==void 0&&value!==null)plain[String(name).toLowerCase()]=String(value)}return plain}
