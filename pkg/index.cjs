var __create=Object.create;var __defProp=Object.defineProperty;var __getOwnPropDesc=Object.getOwnPropertyDescriptor;var __getOwnPropNames=Object.getOwnPropertyNames;var __getProtoOf=Object.getPrototypeOf;var __hasOwnProp=Object.prototype.hasOwnProperty;var __export=(target,all)=>{for(var name in all)__defProp(target,name,{get:all[name],enumerable:true})};var __copyProps=(to,from,except,desc)=>{
if(from&&typeof from==="object"||typeof from==="function"){for(let key of __getOwnPropNames(from))if(!__hasOwnProp.call(
to,key)&&key!==except)__defProp(to,key,{get:()=>from[key],enumerable:!(desc=__getOwnPropDesc(from,key))||desc.enumerable})}
return to};var __toESM=(mod,isNodeMode,target)=>(target=mod!=null?__create(__getProtoOf(mod)):{},__copyProps(isNodeMode||!mod||!mod.
__esModule?__defProp(target,"default",{value:mod,enumerable:true}):target,mod));var __toCommonJS=mod=>__copyProps(__defProp(
{},"__esModule",{value:true}),mod);var entry_exports={};
__export(entry_exports,{BitbucketAuthError:()=>import_error12.BitbucketAuthError,BitbucketAuthIntegration:()=>BitbucketAuthIntegration,
createEntry:()=>createEntry,default:()=>entry_default,isBitbucketAxiosError:()=>isBitbucketAxiosError});module.exports=__toCommonJS(
entry_exports);var import_core_wasm=require("./inlined/core.wasm.js");var import_axios=__toESM(require("axios"));var import_axios_retry=__toESM(require("axios-retry"));var import_arguments2=require("./shared.cjs");
var import_core7=require("./shared.cjs");var import_error4=require("./shared.cjs");var import_promises=require("node:timers/promises");var import_arguments=require("./shared.cjs");var import_core=require("./shared.cjs");
var import_error=require("./shared.cjs");var REPEATING={indexes:null};function paginate(client){return async function*pages(path,params,config){
const list2=listOf(client,path,params,config);for(let isMore=true;isMore;){const page=await fetchPage(client,list2,config);
yield*page.values;isMore=page.goOn()}}}function listOf(client,path,params,config){const{List}=(0,import_core.core)();return new List(
client.getUri(repeating({...config,url:path,params:params??config?.params})))}function fetchPage(client,list2,config,maxWaitMs){
const options={...config,params:null,allowAbsoluteUrls:true};const signal=config?.signal;return readPage(address=>client.
get(address,options),list2,signal,maxWaitMs)}async function readPage(get,list2,signal,maxWaitMs=Infinity){const until=Date.
now()+maxWaitMs;for(let attempt=1;;attempt+=1){const{data,status,headers}=await get(list2.address);const now=Date.now();
const pause=(0,import_error.judge)(readPage,()=>(0,import_core.core)().pageRepetition(status,headerOf(headers,"retry-aft\
er"),attempt,until-now,now,Math.random()));if(pause===void 0){const{values,next,page,pagelen,size}=(0,import_arguments.members)(
data);if(!Array.isArray(values))throw(0,import_core.failure)("RESPONSE_INVALID","api",{field:"values"});const goOn=()=>(0,import_error.judge)(
readPage,()=>list2.answered(nextOf(next),values.length,numberOf(page),numberOf(pagelen),numberOf(size)));return{values,goOn}}
await(0,import_promises.setTimeout)(pause,void 0,{signal}).catch(()=>{})}}function repeating(config){const{paramsSerializer}=config;
if(typeof paramsSerializer==="function")return config;return{...config,paramsSerializer:{...REPEATING,...paramsSerializer}}}
function headerOf(headers,name){const found=Object.entries({...(0,import_arguments.members)(headers)}).find(([key])=>key.
toLowerCase()===name);return found&&String(found[1])}function nextOf(next){if(next===void 0||next===null||typeof next===
"string")return next??void 0;throw(0,import_core.failure)("RESPONSE_INVALID","api",{field:"next"})}function numberOf(value){
return typeof value==="number"?value:void 0}var import_core2=require("./shared.cjs");var PIECE=1024*1024;var utf8=new TextDecoder;function answerWithout(answer,authorization){
return using(authorization,redactor=>({...answer,headers:fieldsWithout(answer.headers,redactor),body:bytesWithout(answer.
body,redactor)}))}function cutOutOf(response,authorization){using(authorization,redactor=>{response.data=dataWithout(response.
data,redactor);Object.assign(response.headers,fieldsWithout({...response.headers},redactor))})}function using(authorization,work){
const redactor=new((0,import_core2.core)()).Redactor(authorization);try{return work(redactor)}finally{redactor.free()}}function fieldsWithout(fields,redactor){
return Object.fromEntries(Object.entries(fields).map(([name,value])=>[name,redactor.text(String(value))]))}function bytesWithout(bytes,redactor){
const pieces=[];for(let at=0;at<bytes.length;at+=PIECE)pieces.push(redactor.push(bytes.subarray(at,at+PIECE)));return Buffer.
concat([...pieces,redactor.end()])}function dataWithout(data,redactor){if(typeof data==="string")return utf8.decode(bytesWithout(
Buffer.from(data),redactor));if(data instanceof ArrayBuffer)return new Uint8Array(bytesWithout(new Uint8Array(data),redactor)).
buffer;if(data instanceof Uint8Array)return bytesWithout(data,redactor);const isJson=Array.isArray(data)||Object.getPrototypeOf(
data??0)===Object.prototype;return isJson?JSON.parse(utf8.decode(bytesWithout(Buffer.from(JSON.stringify(data)),redactor))):
data}var import_core3=require("./shared.cjs");async function unlessAborted(work,signal,phase="api"){if(!signal)return work;let stop=()=>{};
const aborted=new Promise((_resolve,reject)=>{stop=()=>reject((0,import_core3.failure)("REQUEST_ABORTED",phase))});signal.
addEventListener("abort",stop,{once:true});if(signal.aborted)stop();try{return await Promise.race([work,aborted])}finally{
signal.removeEventListener("abort",stop)}}var import_core6=require("./shared.cjs");var import_error3=require("./shared.cjs");var import_p_limit=__toESM(require("p-limit"));var import_node_http=require("node:http");var import_node_https=require("node:https");var import_node_net=require("node:net");
var import_undici=require("undici");var agents=new Map;function connectionsThrough(proxy){const key=proxy?`${proxy.origin}\
 ${proxy.authorization??""}`:"";let agent=agents.get(key);if(!agent)agents.set(key,agent=createAgent(proxy?tunnelThrough(
proxy):openDirectly()));return agent}var Connection=class extends import_undici.Client{#signal=AbortSignal.abort();constructor(origin,options,connect){
super(origin,{...options,connect:(target,done)=>{connect(target,this.#signal).then(socket=>{if(socket.destroyed)throw Object.
assign(new Error("closed"),{code:"ECONNRESET"});done(null,socket)}).catch(error=>done(error,null))}})}dispatch(options,handler){
if(options.signal)this.#signal=options.signal;return super.dispatch(options,handler)}};function createAgent(connect){return new import_undici.Agent(
{factory:(origin,options)=>new import_undici.Pool(origin,{...options,factory:(each,own)=>new Connection(each,own,connect)})})}
function openDirectly(){const open=(0,import_undici.buildConnector)({timeout:0});return(target,signal)=>opened(open,target,
signal)}function tunnelThrough(proxy){const open=(0,import_undici.buildConnector)({timeout:0});return async(target,signal)=>{
const tunnel=await askForTunnel(proxy,target,signal);return target.protocol==="https:"?opened(open,{...target,httpSocket:tunnel},
signal):tunnel}}function opened(open,target,signal){return new Promise((resolve,reject)=>{const stop=()=>{socket.destroy();
reject(signal.reason)};const socket=open(target,(error,connected)=>{signal.removeEventListener("abort",stop);if(error)reject(
error);else resolve(connected)});signal.addEventListener("abort",stop,{once:true});socket.once("close",()=>reject(Object.
assign(new Error("closed"),{code:"ECONNRESET"})));if(signal.aborted)stop()})}function askForTunnel({origin,authorization},target,signal){
const{protocol,hostname,port}=new URL(origin);const host=hostname.replace(/^\[|\]$/g,"");const authority=target.port?target.
host:`${target.host}:${target.protocol==="https:"?443:80}`;return new Promise((resolve,reject)=>{const request=(protocol===
"https:"?import_node_https.request:import_node_http.request)({method:"CONNECT",host,port,path:authority,headers:{host:authority,
"proxy-connection":"keep-alive",...authorization!==void 0&&{"proxy-authorization":authorization}},servername:(0,import_node_net.isIP)(
host)?"":host,agent:false,signal});request.once("connect",({statusCode=0},socket,head)=>{if(statusCode>=200&&statusCode<
300){if(head.length>0)socket.unshift(head);resolve(socket);return}socket.on("error",()=>{}).destroy();reject(Object.assign(
new Error("refused"),{code:`PROXY_${statusCode}`}))});request.on("error",reject);request.end()})}var import_core5=require("./shared.cjs");var import_node_util=require("node:util");var import_node_zlib=require("node:zlib");var ACCEPTED="gzip, br";var decodeGzip=(0,import_node_util.promisify)(
import_node_zlib.gunzip);var DECODERS=new Map([["gzip",decodeGzip],["x-gzip",decodeGzip],["br",(0,import_node_util.promisify)(
import_node_zlib.brotliDecompress)]]);var NOTHING_TO_DO=["identity","chunked"];var MOST_CODINGS=4;function decodersFor({
"content-encoding":content="","transfer-encoding":transfer=""}){const codings=`${content},${transfer}`.toLowerCase().split(
",").map(name=>name.trim()).filter(name=>name&&!NOTHING_TO_DO.includes(name));const decoders=codings.reverse().map(name=>DECODERS.
get(name));const isKnown=decoders.length<=MOST_CODINGS&&!decoders.includes(void 0);return isKnown?decoders:void 0}async function decode(bytes,decoders,maxBytes){
let decoded=bytes;for(const decoder of decoders){if(decoded.length===0)return decoded;try{decoded=await decoder(decoded,
{maxOutputLength:maxBytes})}catch(error){if(error instanceof Error&&"code"in error&&error.code==="ERR_BUFFER_TOO_LARGE")
return void 0;throw error}}return decoded}var import_error2=require("./shared.cjs");var import_core4=require("./shared.cjs");var TIMEOUT=/^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/;var TROUBLES=[
[/^(ENOTFOUND|EAI_\w+)$/,"the host name could not be resolved"],[/^ECONNREFUSED$/,"the connection was refused"],[/^(ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|HPE_INVALID_EOF_STATE)$/,
"the connection was closed before the answer was complete"],[/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EACCES|EPERM)$/,"\
there is no way to the host"],[/CERT|ISSUER|SIGNATURE/,"the TLS certificate is not accepted; if it comes from a private \
authority, NODE_EXTRA_CA_CERTS must name its file"],[/^(EPROTO|ERR_SSL_\w+|ERR_TLS_\w+)$/,"the TLS handshake failed"],[/^(HPE_\w+|HTTPParserError|UND_ERR_HEADERS_OVERFLOW)$/,
"the answer is not HTTP as it should be"],[/^(Z_\w+|ERR_\w*BROTLI\w*|ERR__ERROR\w*)$/,"the compressed answer is damaged"],
[/^PROXY_407$/,"the proxy asks for credentials, which belong into its address: http://user:password@host:port"],[/^PROXY_5\d\d$/,
"the proxy could not reach the host"],[/^PROXY_\d+$/,"the proxy turned the connection down, so its rules must allow this\
 host"]];var UNSENDABLE=/^UND_ERR_(INVALID_ARG|NOT_SUPPORTED|REQ_CONTENT_LENGTH_MISMATCH)$/;var UNSENDABLE_PART=/^(?:invalid )?(?:request )?(method|path|(?:content-length|transfer-encoding|connection|keep-alive|expect|upgrade|host)(?= header))/;
var ENDED_EARLY=/\(Invalid EOF state\)$/;var REFUSED_CREDENTIALS="the proxy does not accept the credentials in its addre\
ss";var TELLING_NOTHING=["Error","TypeError","AggregateError"];function networkFailure(error,phase,proxy){const code=codeOf(
error);if(code&&TIMEOUT.test(code))return(0,import_core4.failure)("REQUEST_TIMEOUT",phase,void 0,{cause:scrubbed(code,code)});
if(code&&UNSENDABLE.test(code)){return(0,import_core4.failure)("INVALID_ARGUMENT",phase,{field:unsendablePart(code,error)},
{detail:code})}const known=TROUBLES.find(([pattern])=>code&&pattern.test(code))?.[1]??"the request could not be sent";const trouble=code===
"PROXY_407"&&proxy?.authorization!==void 0?REFUSED_CREDENTIALS:known;const detail=[trouble,code,proxy&&`the proxy of ${proxy.
variable} is in use unless NO_PROXY excepts the host`];return(0,import_core4.failure)("REQUEST_FAILED",phase,void 0,{detail:detail.
filter(Boolean).join("; "),cause:scrubbed(trouble,code)})}function unsendablePart(code,error){if(code==="UND_ERR_REQ_CON\
TENT_LENGTH_MISMATCH")return"content-length";return UNSENDABLE_PART.exec(error instanceof Error?error.message:"")?.[1]??
"request"}function scrubbed(message,code){return Object.assign(new Error(message),code&&{code})}function codeOf(error){for(let at=error,
depth=0;at instanceof Error&&depth<5;depth+=1){if(at.name==="HTTPParserError"&&ENDED_EARLY.test(at.message))return"HPE_I\
NVALID_EOF_STATE";const code="code"in at&&typeof at.code==="string"?at.code:at.name;if(/^\w{1,64}$/.test(code)&&!TELLING_NOTHING.
includes(code))return code;at=at instanceof AggregateError?at.errors[0]:at.cause}return void 0}var LATE=Object.assign(new Error("too late"),{code:"TIMEOUT"});function whenLate(ms,end2,{isAwaited}={isAwaited:true}){let isStopped=false;
const timer=setTimeout(()=>afterReading(()=>{if(!isStopped)end2()}),ms);if(!isAwaited)timer.unref();return()=>{isStopped=
true;clearTimeout(timer)}}async function within(ms,work,options){let stop=()=>{};const late=new Promise((_resolve,reject)=>{
stop=whenLate(ms,()=>reject(LATE),options)});try{return await Promise.race([work,late])}finally{stop()}}function signalAfter(ms){
const controller=new AbortController;whenLate(ms,()=>controller.abort(),{isAwaited:false});return controller.signal}function afterReading(act,turns=100){
setImmediate(()=>{if(turns>1)afterReading(act,turns-1);else act()})}var MAX_BYTES=1024*1024;var MAX_AT_ONCE=50;var limits=new Map;var NO_BODY=[204,304];var DEFAULT_HEADERS={"accept-encodin\
g":ACCEPTED,"user-agent":"nocodb-bitbucket-auth"};async function send(request,options){const url=new URL(request.url);const limit=limits.
get(url.origin)??{run:(0,import_p_limit.default)(MAX_AT_ONCE),requests:0};limits.set(url.origin,limit);limit.requests+=1;
const answer=limit.run(()=>sendNow(url,request,options)).finally(()=>{limit.requests-=1;if(limit.requests===0)limits.delete(
url.origin)});return unlessAborted(answer,options.signal,options.phase)}async function sendNow(url,{method,headers,body},{
phase,proxies,timeoutMs,signal,maxBytes=MAX_BYTES}){if(signal?.aborted)throw(0,import_core5.failure)("REQUEST_ABORTED",phase);
const sentAt=performance.now();const proxy=(0,import_error2.judge)(send,()=>proxies.proxyFor(url.href));const controller=new AbortController;
const abort=()=>controller.abort();let late=false;const stop=timeoutMs===void 0?void 0:whenLate(timeoutMs,()=>{late=true;
abort()});signal?.addEventListener("abort",abort,{once:true});try{const response=await connectionsThrough(proxy).request(
{origin:url.origin,path:url.pathname+url.search,method,headers:{...DEFAULT_HEADERS,...headers},body,signal:controller.signal,
...timeoutMs!==void 0&&{headersTimeout:0,bodyTimeout:0}});const answer=await read(response,method,phase,maxBytes);return{
...answer,tookMs:performance.now()-sentAt}}catch(error){if(error instanceof import_error2.BitbucketAuthError)throw error;
if(late)throw(0,import_core5.failure)("REQUEST_TIMEOUT",phase);if(signal?.aborted)throw(0,import_core5.failure)("REQUEST\
_ABORTED",phase);throw networkFailure(error,phase,proxy)}finally{stop?.();signal?.removeEventListener("abort",abort)}}async function read({
statusCode:status,headers:fields,body},method,phase,maxBytes){const headers=joined(fields);if(method==="HEAD"||NO_BODY.includes(
status)){await collect(body,0).catch(()=>{});return{status,headers,body:new Uint8Array}}const decoders=decodersFor(headers);
const coded=await collect(body,decoders?maxBytes:0);if(!decoders&&!coded)throw(0,import_core5.failure)("RESPONSE_INVALID",
phase,{status,field:"content-encoding"});const bytes=coded&&await decode(coded,decoders??[],maxBytes);if(!bytes)throw(0,import_core5.failure)(
"RESPONSE_TOO_LARGE",phase,{status});return{status,headers,body:bytes}}function joined(headers){const fields={};for(const name in headers){
const value=headers[name];if(value!==void 0)fields[name]=typeof value==="string"?value:value.join(", ")}return fields}async function collect(stream,maxBytes){
const chunks=[];let size=0;for await(const chunk of stream){size+=chunk.byteLength;if(size>maxBytes)return void 0;chunks.
push(chunk)}return Buffer.concat(chunks,size)}var MAX_BYTES2=32*1024*1024;var MOST_JUDGED_BYTES=1024*1024+1;function createSender({apiUrl,timeoutMs,proxies,credentials,
patienceMs,throttle}){const{Api,resourceGroup}=(0,import_core6.core)();const api=(0,import_error3.judge)(createSender,()=>new Api(
apiUrl));const sendInTurn=async({path,method,url,headers,body},authorization,time,signal)=>{const group=path===void 0?void 0:
resourceGroup(path);if(group!==void 0)await throttle?.take(group,signal);if(time.left<=0)throw(0,import_core6.failure)("\
REQUEST_TIMEOUT","api");const answer=await send({method,url,headers:path===void 0?headers:{...headers,authorization},body},
{phase:"api",timeoutMs:time.left,proxies,signal,maxBytes:MAX_BYTES2});time.left-=answer.tookMs;if(group!==void 0)await throttle?.
observe(group,answer);return answer};return async request=>{const{method,body,signal,redirect="follow",maxRedirects}=request;
const url=URL.canParse(request.url)?new URL(request.url).href:request.url;const path=(0,import_error3.judge)(createSender,
()=>api.admit(url));const first={path,method,url,headers:carried(request.headers,true,true),body};const time={left:request.
timeoutMs??timeoutMs};let used=await unlessAborted(credentials.newest(patienceMs),signal);for(let sent=first,followed=0,
repetitions=0;;){const{authorization}=used;const answer=await sendInTurn(sent,authorization,time,signal);const{status,headers:{
location}}=answer;const target=location!==void 0&&URL.canParse(location,sent.url)?new URL(location,sent.url).href:location;
const step=(0,import_error3.judge)(createSender,()=>api.judge(sent.method,sent.url,sent.path!==void 0,status,target,followed,
maxRedirects,redirect));const isRenewed=step==="renew"&&credentials.renews(used,repetitions);if(isRenewed)used=await unlessAborted(
credentials.newest(patienceMs),signal);if(typeof step==="object"){followed+=1;sent=following(sent,String(target),step,step.
withCredential?api.admit(String(target)):void 0)}else if(isRenewed&&!isStream(body)){followed=0;repetitions+=1;sent=first}else{
return{...status>=300?answerWithout(answer,authorization):answer,path,isElsewhere:sent.path===void 0,isUnrepeated:isRenewed,
authorization:()=>authorization}}}}}function answerOf({status,headers,body,path,isElsewhere=false}){const judged=body.subarray(
0,MOST_JUDGED_BYTES);return new((0,import_core6.core)()).ApiAnswer(status,JSON.stringify(headers),judged,Date.now(),path,
isElsewhere)}function following({method,headers,body},url,{becomesGet,withBody},path){return{path,method:becomesGet?"GET":
method,url,headers:carried(headers,path!==void 0,withBody),body:withBody?body:void 0}}function carried(headers={},toApi,withBody){
const{mayCarry}=(0,import_core6.core)();return Object.fromEntries(Object.entries(headers).filter(([name])=>mayCarry(name,
toApi,withBody)))}function isStream(body){return typeof body==="object"&&body!==null&&(Symbol.asyncIterator in body||"pi\
pe"in body)}var RETRIES=3;var SENDER=Symbol("sender");var LIMITS=Symbol("limits");var ACCEPT="application/json, */*;q=0.8";var circumstances=new WeakMap;
var utf82=new TextDecoder;function createClient({apiUrl,kind,sender,isQueued=false,maxWaitMs=Infinity}){const client=import_axios.default.
create({baseURL:apiUrl,maxBodyLength:MAX_BYTES2,adapter:"fetch",env:{fetch:fetchThroughSender,Request:null,FormData,Response:null},
fetchOptions:{[SENDER]:sender},headers:{Accept:ACCEPT},paramsSerializer:REPEATING,formSerializer:REPEATING});return equip(
client,{kind,isQueued,maxWaitMs})}function equip(client,behaviour){const{kind,isQueued,maxWaitMs}=behaviour;client.interceptors.
request.use(config=>{if(isStream(config.data))config.maxBodyLength=-1;const{timeout,maxRedirects,fetchOptions}=config;config.
fetchOptions={...fetchOptions,[LIMITS]:{timeout,maxRedirects}};return repeating(config)});client.interceptors.response.use(
void 0,error=>{if(import_axios.default.isAxiosError(error))Object.assign(error,{bitbucket:judgeError(error,kind)});throw error});
(0,import_axios_retry.default)(client,{retries:RETRIES,retryCondition:error=>mayRetry(error,isQueued,maxWaitMs),retryDelay:(attempts,error)=>delay(
error,attempts,isQueued,maxWaitMs,Math.random())??0});const{create}=client;client.create=config=>equip(create(config),behaviour);
return Object.defineProperty(client,"paginate",{value:paginate(client)})}function isBitbucketAxiosError(error){return import_axios.default.
isAxiosError(error)&&"bitbucket"in error&&error.bitbucket instanceof import_error4.BitbucketAuthError}function meaningOf(error){
if(error instanceof import_error4.BitbucketAuthError)return error;const bitbucket=(0,import_arguments2.members)(error).bitbucket;
return bitbucket instanceof import_error4.BitbucketAuthError?bitbucket:(0,import_core7.failure)("API_FAILED","api")}function isCuredByRenewal(error){
const{response,status,statusCode,message}=(0,import_arguments2.members)(error);const told2=[(0,import_arguments2.members)(
response).status,status,statusCode].find(each=>typeof each==="number");const own=ofClient(error);return(0,import_core7.core)().
isCuredByRenewal(own!==void 0,circumstances.get((0,import_arguments2.members)((0,import_arguments2.members)(own).response).
headers??{})?.isUnrepeated===true,told2,typeof message==="string"?message:"")}function ofClient(error){const seen=new Set;
for(let each=error;(0,import_arguments2.isObject)(each)&&!seen.has(each);each=each.cause){if(each instanceof import_error4.BitbucketAuthError||
each.bitbucket instanceof import_error4.BitbucketAuthError)return each;seen.add(each)}return void 0}function withoutTokens(error){
const cause=error instanceof Error?error.cause:void 0;return cause instanceof import_error4.BitbucketAuthError&&cause.phase!==
"api"?cause:void 0}async function fetchThroughSender(input,init={}){const sender=init[SENDER];const{timeout,maxRedirects}=init[LIMITS]??
{};const answer=await sender({method:init.method??"GET",url:String(input),headers:lowerCased(init.headers),body:init.body,
signal:init.signal,...typeof timeout==="number"&&timeout>0&&{timeoutMs:timeout},...typeof maxRedirects==="number"&&{maxRedirects},
redirect:init.redirect});const{status,body,path,isElsewhere,isUnrepeated,authorization}=answer;const fields=import_axios.default.
AxiosHeaders.from(answer.headers);circumstances.set(fields,{path,isElsewhere,isUnrepeated,authorization});const whole=()=>new Response(
body,{headers:answer.headers});return{status,statusText:"",headers:fields,text:async()=>utf82.decode(body),arrayBuffer:()=>whole().
arrayBuffer(),blob:()=>whole().blob(),formData:()=>whole().formData(),stream:()=>whole().body}}function lowerCased(headers){
return Object.fromEntries(Object.entries({...headers}).map(([name,value])=>[name.toLowerCase(),value]))}function judgeError(error,kind){
const{response,config,cause,code,name}=error;if(response){const{path,isElsewhere,authorization}=circumstances.get(response.
headers)??{};if(response.status<300&&authorization)cutOutOf(response,authorization());if((0,import_arguments2.members)(cause).
name==="SyntaxError"){return inPlaceOf(error,(0,import_core7.failure)("RESPONSE_NOT_JSON","api",{status:response.status}))}
const answer=answerOf({status:response.status,headers:Object.fromEntries(Object.entries({...response.headers}).map(([field,
value])=>[field.toLowerCase(),String(value)])),body:bytesOf(response.data),path,isElsewhere});return new import_error4.BitbucketAuthError(
(0,import_error4.judge)(judgeError,()=>(0,import_core7.core)().judgeApiResponse(answer,kind)),{},judgeError)}const isLate=code===
"ECONNABORTED"||code==="ETIMEDOUT"||code==="REQUEST_TIMEOUT";if(isLate&&config?.timeout)return(0,import_core7.failure)("\
REQUEST_TIMEOUT","api",{field:"timeout"});if(cause instanceof import_error4.BitbucketAuthError)return cause;if(name==="C\
anceledError")return(0,import_core7.failure)("REQUEST_ABORTED","api");return(0,import_core7.failure)(isLate?"REQUEST_TIM\
EOUT":"API_FAILED","api")}function inPlaceOf(error,meaning){const frames=String(error.stack).split("\n").filter(line=>line.
startsWith("    at "));const stack=[`${error.name}: ${meaning.message}`,...frames].join("\n");for(const[name,value]of Object.
entries({message:meaning.message,stack,cause:meaning})){Object.defineProperty(error,name,{value,writable:true,configurable:true,
enumerable:false})}return meaning}function mayRetry(error,isQueued,maxWaitMs){const{config,response}=error;const{code,phase,
cause}=meaningOf(error);const isInQueue=isQueued&&!isOfOthers(response);if(!config||isStream(config.data))return false;const passes=!cause||
import_axios_retry.default.isNetworkError({code:(0,import_arguments2.members)(cause).code});const state=config["axios-re\
try"];const attempts=(state?.retryCount??0)+1;if(!passes||!(0,import_core7.core)().mayRepeat(String(config.method).toUpperCase(),
code,response?.status,phase)||delay(error,attempts,isQueued,maxWaitMs,0)===void 0)return false;if(isInQueue&&state&&(0,import_core7.core)().
isHourUsedUp(response?.status,headerOf(response?.headers,"retry-after"),Date.now())){state.retryCount=attempts-2}return true}
function delay({response},attempts,isQueued,maxWaitMs,random){const retryAfter=headerOf(response?.headers,"retry-after");
const isInQueue=isQueued&&!isOfOthers(response);return(0,import_core7.core)().retryDelay(attempts,response?.status,retryAfter,
isInQueue,maxWaitMs,Date.now(),random)}function isOfOthers(response){return response!==void 0&&circumstances.get(response.
headers)?.isElsewhere===true}function bytesOf(data){if(data instanceof Uint8Array)return new Uint8Array(data);if(data instanceof
ArrayBuffer)return new Uint8Array(data);try{return new TextEncoder().encode(typeof data==="string"?data:JSON.stringify(data)??
"")}catch{return new Uint8Array}}var import_error12=require("./shared.cjs");var import_environment2=require("./shared.cjs");var CATEGORY="Authentication";var OAUTH={label:"OAuth2",value:"oauth"};var ACCESS_TOKEN={label:"Access token",value:"api\
_key"};var API_TOKEN={label:"API token",value:"basic"};var CLIENT={label:"OAuth client itself",value:"custom"};var TESTED="\
As in bitbucket.org/my-workspace. Optional; the connection test asks for it";var SLUG="[A-Za-z0-9_.{}-]+";function form({
login,mayActAsClient}){const offersClient=login!==void 0&&mayActAsClient;return[{type:"input",label:"Integration name",model:"\
title",placeholder:"Integration name",category:"General",validators:[{type:"required",message:"Integration name is requi\
red"}]},{type:"select",label:"Auth type",model:"config.type",category:CATEGORY,placeholder:"Select auth type",defaultValue:login?
OAUTH.value:ACCESS_TOKEN.value,options:[...login?[OAUTH]:[],ACCESS_TOKEN,API_TOKEN,...offersClient?[CLIENT]:[]],validators:[
{type:"required",message:"Auth type is required"}]},...login?[oauthButton(login,OAUTH.value)]:[],{type:"input",label:"At\
lassian account e-mail",model:"config.email",category:CATEGORY,placeholder:"you@example.com",helpText:"The address that \
you log in to Atlassian with, not your Bitbucket user name",condition:{model:"config.type",value:API_TOKEN.value},validators:[
{type:"required",message:"The e-mail address is required"},{type:"email",message:"This is not an e-mail address"}]},{type:"\
password",label:"Access token",model:"config.token",category:CATEGORY,placeholder:"Enter your access token",helpText:"A \
repository, project or workspace access token, from the settings of that repository, project or workspace at Bitbucket C\
loud",condition:{model:"config.type",value:ACCESS_TOKEN.value},validators:[{type:"required",message:"Access token is req\
uired"}]},{type:"password",label:"API token",model:"config.token",category:CATEGORY,placeholder:"Enter your API token",helpText:'\
Made in the Atlassian account with "Create API token with scopes", for Bitbucket',condition:{model:"config.type",value:API_TOKEN.
value},validators:[{type:"required",message:"API token is required"}]},workspace([ACCESS_TOKEN.value,API_TOKEN.value],TESTED),
...offersClient?[workspace([CLIENT.value],`No user is involved: NocoDB acts as the configured OAuth client, which must b\
e a private one. ${TESTED}`)]:[],{type:"input",label:"Repository",model:"config.repository",category:CATEGORY,placeholder:"\
my-workspace/my-repository",helpText:"For a repository access token, as in its address. Optional; the connection test as\
ks for it",condition:{model:"config.type",value:ACCESS_TOKEN.value},validators:[{type:"regex",pattern:`^(${SLUG}/${SLUG}\
)?$`,message:"Write it as workspace/repository"}]}]}function workspace(types,helpText){return{type:"input",label:"Worksp\
ace",model:"config.workspace",category:CATEGORY,placeholder:"my-workspace",helpText,condition:{model:"config.type",in:types},
validators:[{type:"regex",pattern:`^(${SLUG})?$`,message:"This is not the name of a workspace"}]}}function oauthButton({
authorizationUrl,redirectUri,clientId,scopes},type){return{type:"oauth",label:"Bitbucket account",model:"config.oauth.co\
de",category:CATEGORY,condition:{model:"config.type",value:type},validators:[{type:"required",message:"Authenticate with\
 Bitbucket first"}],oauthMeta:{provider:"Bitbucket",authUri:authorizationUrl,redirectUri,clientId,scopes,codeKey:"code"}}}var import_core8=require("./shared.cjs");var import_error5=require("./shared.cjs");var import_token_response=require("./shared.cjs");function clientOf({client,problems}){if(client)return client;throw configFailure(problems)}function configFailure([problem]){
return problem?new import_error5.BitbucketAuthError(problem,{},configFailure):(0,import_core8.failure)("INVALID_CONFIG",
"config")}async function requestTokens(environment,build,grant,previous){const client=clientOf(environment);const request=(0,import_error5.judge)(
requestTokens,()=>build(client));const phase=(0,import_core8.core)().phaseOf(grant);const{timeoutMs,proxies}=environment;
const{status,headers,body}=await send(request,{phase,timeoutMs,proxies});const obtainedAt=Date.now();const answer={status,
headers,body,receivedAt:obtainedAt,grant,previous,request};const tokens=(0,import_token_response.judgeTokenResponse)(requestTokens,
client,answer);return{...tokens,obtainedAt}}var import_arguments3=require("./shared.cjs");var import_core9=require("./shared.cjs");var import_error6=require("./shared.cjs");var told=new Set;var utf83=new TextDecoder;function replaceRemoved(sender,options){const removed=(0,import_error6.judge)(
replaceRemoved,()=>new((0,import_core9.core)()).RemovedEndpoints(options.apiUrl));const answer=async({endpoint,notice,refusal,
list:list2},request)=>{const own={headers:{},tookMs:0,path:endpoint,isElsewhere:false,isUnrepeated:false,authorization:()=>""};
if(refusal!==void 0)return withJson(own,400,refusal);const tell=()=>{if(!told.has(endpoint))options.log(notice);told.add(
endpoint)};if(list2){tell();return page(list2,own,request)}const given=await sender(request);const body=(0,import_core9.core)().
withoutTracker(given.status,given.isElsewhere);if(body===void 0)return given;tell();return withJson(given,404,body)};const page=async(list2,own,{
url,signal})=>{const{lists,workspace:workspace2=""}=options;try{const make=()=>new Collection(url,list2,removed,sender,options);
const{texts,authorization}=await lists.get(`${workspace2} ${list2.key}`,make,signal);const{from,to,...about}=removed.page(
url,texts.length);const body=`{"values":[${texts.slice(from,to).join(",")}],${JSON.stringify(about).slice(1)}`;return withJson(
{...own,authorization},200,body)}catch(error){if(error instanceof Refusal)return error.answer;throw error}};return request=>{
const replaced=removed.replacement(request.method,request.url);return replaced?answer(replaced,request):sender(request)}}
function withJson(given,status,body){const{"content-length":_length,...headers}=given.headers;return{...given,status,headers:{
...headers,"content-type":"application/json"},body:Buffer.from(body)}}var CollectedLists=class{#entries=new Map;async get(key,make,signal){
const entry=this.#entries.get(key)??{collection:make(),isDone:false,waiting:0};this.#entries.set(key,entry);const[oldest]=this.#entries.
keys();if(this.#entries.size>(0,import_core9.core)().RemovedEndpoints.limits().mostLists)this.#entries.delete(oldest);const work=entry.
work??this.#begin(key,entry);entry.waiting+=1;try{return await unlessAborted(work,signal)}finally{entry.waiting-=1;if(entry.
waiting===0&&!entry.isDone&&entry.work===work){entry.work=void 0;entry.end?.abort()}}}#begin(key,entry){const end2=new AbortController;
const work=entry.collection.read(end2.signal);clearTimeout(entry.timer);Object.assign(entry,{work,end:end2});const settled=isDone=>{
if(entry.work!==work&&entry.work!==void 0)return;entry.isDone=isDone;if(!isDone)entry.work=void 0;entry.timer=setTimeout(
()=>{if(this.#entries.get(key)===entry)this.#entries.delete(key)},(0,import_core9.core)().RemovedEndpoints.limits().keptMs).
unref()};work.then(()=>settled(true),()=>settled(false));return work}};var listsOfConnections=new WeakMap;function collectedListsOf(connection){
const lists=listsOfConnections.get(connection)??new CollectedLists;listsOfConnections.set(connection,lists);return lists}
var Collection=class{#url;#list;#removed;#sender;#options;#limits=(0,import_core9.core)().RemovedEndpoints.limits();#workspaces;#values=new Map;#length=0;#authorization=()=>"";constructor(url,list2,removed,sender,options){
this.#url=url;this.#list=list2;this.#removed=removed;this.#sender=sender;this.#options=options}async read(signal){const segments=this.#workspaces??=
await this.#readWorkspaces(signal);const left=[...segments];const readOn=async()=>{for(let segment=left.shift();segment!==
void 0;segment=left.shift()){if(!this.#values.has(segment))await this.#readWorkspace(segment,signal)}};try{await Promise.
all(Array.from({length:this.#limits.mostAtOnce},readOn))}finally{left.length=0}const values=[...segments].flatMap(segment=>this.#values.
get(segment)??[]);return{texts:sorted(values,this.#list.sort).map(({text})=>text),authorization:this.#authorization}}async#readWorkspaces(signal){
const{workspace:workspace2}=this.#options;if(workspace2!==void 0)return new Set([segmentOf(workspace2)]);const segments=new Set;
await this.#readList(this.#list.workspaces,signal,value=>{const{slug,uuid}=(0,import_arguments3.members)((0,import_arguments3.members)(
value).workspace);if(slug===void 0&&uuid===void 0)throw(0,import_core9.failure)("RESPONSE_INVALID","api",{field:"workspa\
ce"});segments.add(segmentOf(slug??uuid))});return segments}async#readWorkspace(segment,signal,withRole=true){const values=[];
let length=0;const path=this.#list.sort?.member.split(".")??[];const take=value=>{const text=JSON.stringify(value);length+=
text.length;if(this.#length+length>this.#limits.longestList)throw(0,import_core9.failure)("RESPONSE_TOO_LARGE","api");values.
push({text,key:path.reduce((part,name)=>(0,import_arguments3.members)(part)[name],value)})};try{await this.#readList(this.#removed.
inWorkspace(this.#url,segment,withRole),signal,take)}catch(error){if(!(error instanceof Refusal)||values.length>0)throw error;
const{verdict,told:message}=(0,import_error6.judge)(this.#readWorkspace,()=>this.#removed.judge(this.#url,segment,withRole,
answerOf(error.answer),this.#options.kind));if(message!==void 0)this.#options.log(message);if(verdict==="without role")return this.#readWorkspace(
segment,signal,false);if(verdict==="refused")throw error}this.#values.set(segment,values);this.#length+=length}async#readList(address,signal,take){
const{List}=(0,import_core9.core)();const list2=new List(address);for(let isMore=true;isMore;){const{values,goOn}=await readPage(
url=>this.#ask(url,signal),list2,signal);values.forEach(take);isMore=goOn()}}async#ask(url,signal){const headers={accept:"\
application/json"};const given=await this.#sender({method:"GET",url,headers,signal,redirect:"own"});const{status,headers:fields,
body,authorization}=given;if(status>=300)throw new Refusal(given);this.#authorization=authorization;try{return{status,headers:fields,
data:body.length>0?JSON.parse(utf83.decode(body)):void 0}}catch{throw(0,import_core9.failure)("RESPONSE_NOT_JSON","api",
{status})}}};var Refusal=class extends Error{constructor(given){super("refused");this.answer=given}};function segmentOf(workspace2){
return(0,import_error6.judge)(segmentOf,()=>(0,import_core9.core)().workspaceSegment((0,import_arguments3.stringOf)(workspace2)))}
function sorted(values,sort){if(!sort)return values;const sign=sort.isDescending?-1:1;return values.toSorted((one,other)=>sign*
compare(one.key,other.key))}function compare(one,other){const[isOne,isOther]=[one,other].map(key=>key!==void 0&&key!==null);
if(!isOne||!isOther)return Number(isOther)-Number(isOne);if(one===other)return 0;return one<other?-1:1}var import_core20=require("./shared.cjs");var import_node_crypto2=require("node:crypto");var import_promises2=require("node:timers/promises");var import_p_limit2=__toESM(require("p-limit"));var import_core12=require("./shared.cjs");var import_rate_limiter_flexible=require("rate-limiter-flexible");var import_core11=require("./shared.cjs");var import_node_crypto=require("node:crypto");var import_core10=require("./shared.cjs");var BASE="nocodb-bitbucket-auth:";
var MARK_MS=95*24*60*60*1e3;var MOST_TRIES=10;var DATABASE_SCRIPTS={surveyDatabases:{numberOfKeys:1,lua:`
      local base, name = KEYS[1], KEYS[1] .. 'database'
      local seen, chosen, mark, limit = unpack(ARGV)
      local function marked()
        local value = redis.pcall('GET', name)
        return type(value) == 'string' and value ~= '' and value
      end
      local function owners()
        local cursor, ours, steps = '0', false, 0
        repeat
          local reply = redis.call('SCAN', cursor, 'COUNT', 100)
          cursor, steps = reply[1], steps + 1
          for _, key in ipairs(reply[2]) do
            if string.sub(key, 1, #base) ~= base then return 'others' end
            ours = true
          end
        until cursor == '0' or (ours and steps >= 20)
        return ours and 'ours' or 'empty'
      end
      local words, marks = {}, {}
      for at = 5, #ARGV do
        local selected = redis.pcall('SELECT', ARGV[at])
        local word = 'missing'
        if not selected.err then
          word = owners()
          if marked() then
            marks[ARGV[at]] = true
            word = word == 'others' and 'invaded' or 'marked'
          end
        elseif not string.find(selected.err, 'DB index', 1, true) then
          return selected
        end
        words[#words + 1] = word
      end
      local survey = table.concat(words, ' ')
      if survey ~= seen then return { survey } end
      for number in pairs(marks) do
        if number ~= chosen then
          redis.call('SELECT', number)
          redis.call('DEL', name)
        end
      end
      redis.call('SELECT', chosen)
      mark = marked() or mark
      redis.call('SET', name, mark, 'PX', limit)
      return { survey, mark }
    `},readLife:{numberOfKeys:1,lua:`
      local before = redis.pcall('GET', KEYS[1])
      local life = type(before) == 'string' and before ~= '' and before or ARGV[1]
      redis.call('SET', KEYS[1], life, 'PX', ARGV[2])
      return life
    `}};async function seekDatabase(redis,home,others=[]){try{return await agreeOnDatabase(redis,(0,import_core10.core)().
redisDatabases(home,Uint32Array.from(others)))}catch(error){const isReply=error instanceof Error&&error.name==="ReplyErr\
or";const stays=isReply?(0,import_core10.core)().redisDatabaseTrouble(error.message):void 0;if(stays===void 0)throw error;
return{database:home,stays}}}async function agreeOnDatabase(redis,numbers){const survey=(seen2,chosen)=>scriptsOf(redis).
surveyDatabases(BASE,seen2,chosen,anyText(),MARK_MS,...numbers);let[seen]=await survey("",numbers[0]);for(let tries=1;tries<=
MOST_TRIES;tries+=1){const{database,stays}=(0,import_core10.core)().chooseRedisDatabase(numbers,seen);const[seenNow,mark]=await survey(
seen,database);if(mark!==void 0)return{database,mark:{name:`${BASE}database`,value:mark},stays};seen=seenNow}throw Object.
assign(new Error("the databases change all the time"),{code:"TIMEOUT"})}async function readLife(redis,name){return{name,
value:await scriptsOf(redis).readLife(name,anyText(),MARK_MS)}}function anyText(){return(0,import_node_crypto.randomBytes)(
16).toString("base64url")}function scriptsOf(redis){return redis}var VARIABLES="INTEGRATION_AUTH_BITBUCKET_REDIS_URL (or NC_REDIS_URL)";var LOST=Symbol("the data was lost");var MOST_TRIES2=3;
var reportedStays=new Set;var RedisConnection=class{#options;#redis;#candidate;#databases=new WeakMap;#life={name:"",value:""};#entries=0;#entering;#firstAttempt;#nextAttempt;#watch;#failures=0;#isReported=false;#isClosed=false;constructor(options){
this.#options=options}get isUsable(){return this.#redis!==void 0}async use(work,{isAwaited}={isAwaited:true}){const redis=await this.
connected();if(!redis)return void 0;try{const result=await within(this.#options.limits.operation,this.#attempt(redis,work),
{isAwaited});this.#failures=0;return result}catch(error){const trouble=troubleOf(error);if(trouble!==void 0)this.#lose(redis,
redis.stream.writable?trouble:void 0);return void 0}}async#attempt(redis,work){for(let tries=1;tries<=MOST_TRIES2;tries+=
1){const entries=this.#entries;const result=await work(redis,this.#life);if(result!==LOST)return result;if(entries===this.#entries)
await this.#enterAgain(redis)}return void 0}#enterAgain(redis){this.#entering??=this.#enter(redis).then(()=>this.#options.
opened?.()).finally(()=>this.#entering=void 0);return this.#entering}async#enter(redis){const{url,isDatabaseSought,otherDatabases,
lifeName,check}=this.#options;const home=this.#options.database??(0,import_core11.core)().redisServer(url).database;const place=isDatabaseSought?
await seekDatabase(redis,home,otherDatabases):{database:home};if(place.database!==(this.#databases.get(redis)??0))await redis.
select(place.database);this.#databases.set(redis,place.database);const life=place.mark??await readLife(redis,lifeName);await check(
redis,life);this.#life=life;this.#entries+=1;if(place.stays!==void 0)this.#reportStay(home,place.stays)}#reportStay(database,reason){
const stay=[this.#options.url,database,reason].join(" ");if(reportedStays.has(stay))return;reportedStays.add(stay);this.#options.
log(`The plugin stays in database ${database} of the Redis of ${this.#name}, as ${reason}. NocoDB empties that database \
whenever its main process starts: locks are lost then, and what processes told each other until one that knows it tells \
it again. Set INTEGRATION_AUTH_BITBUCKET_REDIS_URL to a Redis or a database that is nobody else's.`)}async connected(){if(!this.#isClosed)
await(this.#firstAttempt??=this.#connect(true));return this.#redis}close(){this.#isClosed=true;clearTimeout(this.#nextAttempt);
clearInterval(this.#watch);for(const redis of[this.#redis,this.#candidate])disconnect(redis);this.#redis=void 0}async#connect(isAwaited){
const errors=[];try{const{Redis}=await Promise.resolve().then(()=>__toESM(require("ioredis")));await within(this.#options.
limits.connection,this.#open(Redis,errors),{isAwaited})}catch(error){disconnect(this.#candidate);this.#candidate=void 0;
this.#retry(troubleOf(errors[0]??error)??"error");return}const redis=this.#candidate;this.#candidate=void 0;if(this.#isClosed)
return;const since=performance.now();redis.once("end",()=>{if(performance.now()-since>this.#options.limits.reconnection)
this.#failures=0;this.#lose(redis)});this.#redis=redis;if(this.#isReported)this.#options.log(`The Redis of ${this.#name}\
 can be used again.`);this.#isReported=false;this.#options.opened?.();this.#watch??=setInterval(()=>this.use(look,{isAwaited:false}),
this.#options.limits.watch).unref()}get#name(){return this.#options.variable??VARIABLES}async#open(Redis,errors){if(this.#isClosed)
throw new Error("closed");const{url,limits:limits2,scripts}=this.#options;const{username,password,database:_,tls,...server}=(0,import_core11.core)().
redisServer(url);const redis=new Redis({...server,...tls&&{tls},lazyConnect:true,connectTimeout:limits2.connection,retryStrategy:()=>null,
disconnectTimeout:1,enableOfflineQueue:false,autoResendUnfulfilledCommands:false,enableReadyCheck:false,disableClientInfo:true,
scripts:{...DATABASE_SCRIPTS,...scripts}});this.#candidate=redis;redis.on("error",error=>errors.push(error));const connected=redis.
connect();setImmediate(()=>redis.stream?.unref());await connected;const ready=async()=>{if(password!==void 0||username!==
void 0){const known=username?redis.auth(username,password??""):redis.auth(password??"");await known.catch(needless)}await this.#enter(
redis)};await within(limits2.operation,ready(),{isAwaited:false})}#lose(redis,trouble){if(this.#redis!==redis)return;this.#redis=
void 0;disconnect(redis);this.#retry(trouble)}#retry(trouble){if(this.#isClosed)return;const{log,limits:limits2,without}=this.#options;
if(trouble!==void 0&&!this.#isReported){log(`The Redis of ${this.#name} cannot be used (${trouble}): until it can, this \
process ${without}.`);this.#isReported=true}const pause=Math.min(limits2.reconnection,100*2**this.#failures)*(1+Math.random())/
2;this.#failures+=1;this.#nextAttempt=setTimeout(()=>this.#connect(false),pause).unref()}};async function look(redis,{name,
value}){return await redis.get(name)===value?void 0:LOST}function needless(error){if(troubleOf(error)!==void 0)throw error}
function troubleOf(error){const{code,message}=error instanceof Error?error:{};return(0,import_core11.core)().redisTrouble(
typeof code==="string"?code:"",String(message??""))}function disconnect(redis){redis?.disconnect();redis?.stream?.destroy()}var REDIS_LIMITS={operation:1e3,connection:2e3,reconnection:5e3,watch:5e3};var PREFIX="nocodb-bitbucket-auth:rate";var CHECK="\
check";var RateCounters=class{#options;#memory;#connection;#shared=new WeakMap;#changed=new Map;#life;constructor(lifeMs,address){
this.#options={keyPrefix:PREFIX,points:Number.MAX_SAFE_INTEGER,duration:lifeMs/1e3};this.#memory=new import_rate_limiter_flexible.RateLimiterMemory(
this.#options);if(!address)return;this.#connection=new RedisConnection({...address,limits:REDIS_LIMITS,log:message=>console.
warn(`[nocodb-bitbucket-auth] ${message}`),without:"keeps to the rate limit on its own",lifeName:`${PREFIX}:life`,check:(redis,life)=>this.#check(
redis,life),opened:()=>void this.#passOn()})}async add(key,points){const own=await this.#memory.penalty(key,points);if(!this.#connection)
return countOf(own);this.#changedOf(key).missing+=points;return Math.max(countOf(own),await this.#addMissing(key))}async own(key){
return countOf(await this.#memory.get(key))}async get(key){const own=await this.own(key);const shared=await this.#use(limiter=>limiter.
get(key));return Math.max(own,countOf(shared))}async#addMissing(key,options){const changed=this.#changedOf(key);let taken=0;
const shared=await this.#use(limiter=>{taken=changed.missing;changed.missing=0;return limiter.penalty(key,taken)},options);
if(shared===void 0)changed.missing+=taken;return countOf(shared)}async#passOn(){for(const[key,{missing}]of[...this.#changed]){
if(missing!==0&&await this.own(key)>0)await this.#addMissing(key,{isAwaited:false})}}#changedOf(key){const now=Date.now();
for(const[oldest,{since}]of this.#changed){if(now-since<=Number(this.#options.duration)*1e3)break;this.#changed.delete(oldest)}
let changed=this.#changed.get(key);if(!changed){changed={since:now,missing:0};this.#changed.set(key,changed)}return changed}async#use(work,options){
return this.#connection?.use(async(redis,life)=>{const[value,result]=await Promise.all([redis.get(life.name),work(this.#of(
redis))]);return value===life.value?result:LOST},options)}async#check(redis,life){const limiter=this.#of(redis);await limiter.
penalty(CHECK,0);await limiter.penalty(CHECK,0);await limiter.get(CHECK);await limiter.delete(CHECK);if(this.#life!==void 0&&
this.#life!==life.value){for(const[key,changed]of this.#changed)changed.missing=await this.own(key)}this.#life=life.value}#of(redis){
const limiter=this.#shared.get(redis)??new import_rate_limiter_flexible.RateLimiterRedis({...this.#options,storeClient:redis});
this.#shared.set(redis,limiter);return limiter}};function countOf(counter){const count=counter?.consumedPoints;return Number.
isSafeInteger(count)?Number(count):0}var SLOT_MS=5*60*1e3;var EARLIER_SLOTS=12;var SLOT_LIFE_MS=(EARLIER_SLOTS+2)*SLOT_MS;var GRACE_MS=5e3;var MOST_WAITING=1e4;
var SHORTEST_WAIT_MS=1e3;var HOUR_MS=EARLIER_SLOTS*SLOT_MS;var LOGGED_MS=1e4;var limiters=new Map;var keys=new WeakMap;function rateLimiterOf({
rateLimit,isRateLimitConfigured,redis,client}){if(rateLimit===void 0)return void 0;const key=client&&(keys.get(client)??
client.deriveKey("rate-limit"));if(client&&key)keys.set(client,key);const name=JSON.stringify([rateLimit,isRateLimitConfigured,
redis,hash(key,"")]);let limiter=limiters.get(name);if(!limiter){limiter=new RateLimiter({rateLimit,isRateLimitConfigured,
redis,key});limiters.set(name,limiter)}return limiter}function hash(key,text){return(0,import_node_crypto2.createHmac)("\
sha256",key??"").update(text).digest("base64url")}var RateLimiter=class{#settings;#counters;#lines=new Map;#proven=new Map;#sweptAt=Date.
now();constructor(settings){this.#settings=settings;this.#counters=new RateCounters(SLOT_LIFE_MS,settings.redis)}take(account,group,options={}){
return this.#lineOf(account,group).take(options)}async observe(account,group,{status,headers}){const limit=headers["x-ra\
telimit-limit"];const near=headers["x-ratelimit-nearlimit"];const line=this.#lineOf(account,group);if(status<400&&limit===
void 0&&near===void 0){line.accepted();return}const{isRateLimitConfigured}=this.#settings;const now=Date.now();await line.
learn((0,import_core12.core)().rateLimitNews(status,limit,near,headers["retry-after"],line.limit,isRateLimitConfigured,line.
refusals,now),now)}async prove(own,ask){if(this.#proven.has(own))return;this.#proven.set(own,void 0);const account=await ask();
if(account===void 0)return;const lines=[...this.#lines].filter(([,line])=>line.account===own);await Promise.all(lines.map(
async([name,line])=>{await line.continueIn(this.#lineOf(account,line.group));this.#lines.delete(name)}));this.#proven.set(
own,account)}#lineOf(own,group){this.#sweep();const account=this.#proven.get(own)??own;const name=`${group} ${account}`;
let line=this.#lines.get(name);if(!line){const key=hash(this.#settings.key,name);line=new Line(Number(this.#settings.rateLimit),
key,this.#counters,account,group);this.#lines.set(name,line)}return line}#sweep(){const now=Date.now();if(now-this.#sweptAt<
SLOT_LIFE_MS)return;this.#sweptAt=now;for(const[name,line]of this.#lines){if(line.isForgettable(now))this.#lines.delete(
name)}const accounts=new Set([...this.#lines.values()].map(({account})=>account));for(const[own,account=own]of this.#proven){
if(!accounts.has(account))this.#proven.delete(own)}}};var NOTHING_READ={slot:-1,isSettled:false,counts:new Map,sum:0};var Line=class{#turn=(0,import_p_limit2.default)(
1);#learning=(0,import_p_limit2.default)(1);#waiting=0;#closedUntil=0;#toldUntil=0;#pausedUntil=0;#pacedUntil=0;#pace=0;#nextAt=0;refusals=0;#logged;#touchedAt=0;#reading=NOTHING_READ;#waker=new AbortController;#successor;constructor(limit,key,counters,account,group){
this.limit=limit;this.key=key;this.counters=counters;this.account=account;this.group=group}async continueIn(line){const slot=slotOf(
Date.now());for(let at=slot-EARLIER_SLOTS;at<=slot;at+=1){const sent=await this.counters.own(this.#keyOf(at));if(sent>0)
await this.counters.add(line.#keyOf(at),sent)}line.#reading=NOTHING_READ;this.#successor=line;this.#waker.abort()}async take({
signal,maxWaitMs=Infinity,log}){const now=Date.now();this.#touchedAt=now;const paced=this.#pacedUntil>now?this.#nextAt-now+
this.#waiting*this.#pace:0;const closed=Math.max(this.#closedUntil-now,paced);if(this.#waiting>=MOST_WAITING){throw rateLimited(
Math.max(closed,SHORTEST_WAIT_MS),`${MOST_WAITING} requests of this account wait already; send fewer at once, or set INT\
EGRATION_AUTH_BITBUCKET_RATE_LIMIT to what Bitbucket allows`)}if(closed>maxWaitMs)throw rateLimited(closed);this.#waiting+=
1;try{const until=now+maxWaitMs;await unlessAborted(this.#turn(()=>this.#pass(signal,until,log)),signal)}finally{this.#waiting-=
1}}async learn({limit,used,pause,pace},now){if(limit!==void 0)this.limit=limit;if(pause===void 0)this.accepted();else if(pace===
void 0)this.#toldUntil=Math.max(this.#toldUntil,now+pause);else if(now>=this.#pausedUntil){this.refusals+=1;this.#pausedUntil=
now+pause;this.#pacedUntil=now+HOUR_MS;this.#pace=pace}if(limit!==void 0||pause!==void 0){this.#closedUntil=0;this.#waker.
abort();this.#waker=new AbortController}if(used!==void 0)await this.#learning(()=>this.#countOthers(used,slotOf(now)))}accepted(){
if(Date.now()>=this.#pausedUntil)this.refusals=0}async#countOthers(used,slot){const key=this.#keyOf(slot);const{sum}=await this.#before(
slot);const unknown=used-sum-await this.counters.get(key);if(unknown<=0)return;const count=await this.counters.add(key,unknown);
const twice=Math.min(unknown,sum+count-used);if(twice>0)await this.counters.add(key,-twice)}isForgettable(now){return this.#waiting===
0&&now-this.#touchedAt>SLOT_LIFE_MS}async#pass(signal,until,log){while(!signal?.aborted){const now=Date.now();if(this.#successor)
return this.#successor.take({signal,maxWaitMs:until-now,log});const closed=this.#closed(now);const wait=closed?.wait??await this.#count(
now);if(wait<=0){if(signal?.aborted)await this.counters.add(this.#keyOf(slotOf(now)),-1);else this.#passed(now);return}const reason=closed?.
reason??"used up";if(wait>LOGGED_MS)this.#log(reason,now+wait,log);if(now+wait>until||reason==="told"&&!(0,import_core12.core)().
isWaitedFor(wait))throw rateLimited(wait);this.#closedUntil=now+wait;const ends=AbortSignal.any([this.#waker.signal,...signal?
[signal]:[]]);await(0,import_promises2.setTimeout)(wait,void 0,{signal:ends}).catch(()=>{})}}#closed(now){if(this.#toldUntil>
now)return{wait:this.#toldUntil-now,reason:"told"};const at=Math.max(this.#pausedUntil,this.#pacedUntil>now?this.#nextAt:
0);return at>now?{wait:at-now,reason:"refused"}:void 0}#passed(now){if(this.#pacedUntil>now)this.#nextAt=now+this.#pace;else
this.#logged=void 0}#log(reason,until,log){if(!log||this.#logged===reason)return;this.#logged=reason;const time=new Date(
until).toISOString();log({"used up":`Bitbucket's rate limit of ${this.limit} requests an hour is used up: ${this.#waiting}\
 wait until ${time}, in turn. INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT sets the limit.`,refused:`Bitbucket refuses this acc\
ount's requests: its hour is used up, by whatever uses the account. ${this.#waiting} wait, and the next one is sent at ${time}\
; the others follow one at a time.`,told:`Bitbucket asks to wait until ${time}. This account's requests wait up to a min\
ute; while there is more to wait, they fail with API_RATE_LIMITED.`}[reason])}async#count(now){const slot=slotOf(now);const count=await this.
counters.add(this.#keyOf(slot),1);const{sum,counts}=await this.#before(slot);let rest=sum+count;if(rest<=this.limit)return 0;
await this.counters.add(this.#keyOf(slot),-1);for(const[earlier,inSlot]of counts){rest-=inSlot;if(rest<=this.limit)return endOf(
earlier)-now}return endOf(slot)-now}async#before(slot){const last=this.#reading;if(last.slot===slot&&last.isSettled)return last;
const isSettled=Date.now()-slot*SLOT_MS>GRACE_MS;const settled=last.isSettled?last.slot:last.slot-1;const counts=new Map(
await Promise.all(Array.from({length:EARLIER_SLOTS},async(_,index)=>{const earlier=slot-EARLIER_SLOTS+index;const known=earlier<
settled?last.counts.get(earlier):void 0;return[earlier,known??await this.counters.get(this.#keyOf(earlier))]})));const sum=[
...counts.values()].reduce((total,count)=>total+count,0);this.#reading={slot,isSettled,counts,sum};return this.#reading}#keyOf(slot){
return`${this.key}:${slot}`}};function slotOf(time){return Math.floor(time/SLOT_MS)}function endOf(slot){return(slot+EARLIER_SLOTS+
1)*SLOT_MS}function rateLimited(wait,detail){return(0,import_core12.failure)("API_RATE_LIMITED","api",{retryAfter:Math.ceil(
wait)},{detail})}var import_core19=require("./shared.cjs");var import_node_crypto5=require("node:crypto");var import_core18=require("./shared.cjs");var import_node_crypto4=require("node:crypto");var import_core13=require("./shared.cjs");var MOST_KEYS=24;var KEPT_MS=90*24*60*60*1e3;var SWEEP_MS=60*60*1e3;var REMEMBERED_MS=30*
60*1e3;var CLOCK_TOLERANCE_MS=1e3;var MemoryCoordination=class{#chains=new Map;#locked=new Set;#fence=0;#refusedAt=new Map;#grantedAt=-Infinity;#sweptAt=Date.
now();async lock(key){if(this.#locked.has(key))return void 0;this.#locked.add(key);let held=true;this.#fence+=1;return{fence:this.#fence,
isHeld:()=>held,release:async()=>{if(held)this.#locked.delete(key);held=false}}}async find(key){return this.findLocal(key)}findLocal(key){
return this.#chains.get(key)?.entry}async publish(key,entry){this.#sweep();const{step,isNewest}=decide(entry,this.placeOf(
key,entry.key));const isOutdated=step==="none"||step==="join";const newest=isNewest?entry:this.findLocal(isOutdated?key:
entry.key);this.#lead(key,entry.key,newest??entry);return isNewest}placeOf(key,own){const known=this.#chains.get(key);const joined2=this.#chains.
get(own);const newest=known?.entry.key??key;const fence=known?.entry.fence??0;return{place:placeIn(newest===own,key===own,
joined2!==void 0&&joined2===known),isFirst:newest===key,newest:fence,highest:fence,isLast:joined2===void 0||joined2.entry.
key===own,own:joined2?.entry.fence??0}}settle(key,entry){this.#lead(key,entry.key,entry)}lastKeys(){return[...new Set(this.#chains.
values())].flatMap(({keys:keys2})=>keys2.slice(-2))}#lead(key,other,entry){const chain=this.#chains.get(key)??{entry,keys:[
key],publishedAt:0};chain.entry=entry;chain.publishedAt=Date.now();const keys2=[...new Set([...chain.keys,...this.#chains.
get(other)?.keys??[],other,entry.key])];for(const forgotten of keys2.slice(0,-MOST_KEYS))this.#chains.delete(forgotten);
chain.keys=keys2.slice(-MOST_KEYS);for(const lead of chain.keys)this.#chains.set(lead,chain)}async noteRefusal(key){this.#refusedAt.
delete(key);this.#refusedAt.set(key,Date.now());const[first]=this.#refusedAt.keys();if(this.#refusedAt.size>2&&first!==void 0)
this.#refusedAt.delete(first)}async noteGrant(agoMs){this.#grantedAt=Math.max(this.#grantedAt,Date.now()-agoMs)}async refusals(key){
const refused=this.lastRefusals();const others=refused.filter(refusal=>refusal.key!==key);return{refusedAgo:refused.at(-1)?.
agoMs,othersRefusedAgo:others.at(-1)?.agoMs,grantedAgo:this.lastGrantAgo()}}lastRefusals(){return[...this.#refusedAt].flatMap(
([key,at])=>{const agoMs=remembered(at);return agoMs===void 0?[]:[{key,agoMs}]})}lastGrantAgo(){return remembered(this.#grantedAt)}async close(){
this.#chains.clear()}#sweep(){const now=Date.now();if(now-this.#sweptAt<SWEEP_MS)return;this.#sweptAt=now;for(const[key,
{publishedAt}]of this.#chains){if(now-publishedAt>KEPT_MS)this.#chains.delete(key)}}};function remembered(at){const ago=Date.
now()-at;return ago<REMEMBERED_MS&&ago>=-CLOCK_TOLERANCE_MS?Math.max(ago,0):void 0}function decide({fence},{place,isFirst,
newest,highest,isLast,own}){return(0,import_core13.core)().publication(fence,place,isFirst,newest,highest,isLast,own)}function placeIn(isNewest,isSame,isOfChain){
if(isNewest)return"newest";if(isSame)return"passed";return isOfChain?"led-there":"apart"}var import_node_crypto3=require("node:crypto");var import_core14=require("./shared.cjs");var HIGHEST_FENCE=1e12;var PRELUDE=`
  local prefix = KEYS[1]
  local function text(name)
    local value = redis.pcall('GET', prefix .. name)
    return type(value) == 'string' and value or ''
  end
  local function counted(digits)
    local number = tonumber(digits) or 0
    return number <= ${HIGHEST_FENCE} and number or 0
  end
  local function follow(key)
    local highest, passed = 0, { [key] = true }
    for _ = 1, 5000 do
      local fence, newer = string.match(text('next:' .. key), '^(%d+) (.+)$')
      if not fence or passed[newer] then break end
      key = newer
      passed[key] = true
      highest = math.max(highest, counted(fence))
    end
    return key, highest, passed
  end
  local function pair(key)
    return text('pair:' .. key)
  end
  local function fence_of(key)
    return counted(string.match(pair(key), '^(%d+) '))
  end
  local function raise_fence(seen, by, limit)
    local counter = counted(text('fence'))
    if counter == 0 then
      -- It was lost, and nobody may know how far it had come: not as far as hundredths of seconds do, as locks are rare\
r.
      local clock = redis.call('TIME')
      counter = clock[1] * 100 + math.floor(clock[2] / 10000)
    end
    local fence = math.max(counter, tonumber(seen)) + by
    redis.call('SET', prefix .. 'fence', string.format('%.0f', fence), 'PX', limit)
    return fence
  end
`;var GUARD=`
  if redis.pcall('GET', KEYS[2]) ~= ARGV[1] then return 'lost' end
  local args = { unpack(ARGV, 2) }
`;var CHECK2=`
  local seen, limit = unpack(ARGV)
  -- First, as a script that has written anything may go on when memory is used up.
  raise_fence(seen, 0, limit)
  local name = prefix .. 'check'
  redis.call('SET', name, redis.call('TIME')[1])
  redis.call('PEXPIRE', name, 60000)
  redis.call('PTTL', name)
  redis.call('DEL', name)
  redis.call('GET', name)
`;var GUARDED={acquire:`
    local key, owner, lock_limit, seen, limit = unpack(args)
    local name = prefix .. 'lock:' .. key
    if not redis.call('SET', name, owner, 'NX', 'PX', lock_limit) then
      local rest = redis.call('PTTL', name)
      if rest < 0 or rest > tonumber(lock_limit) then redis.call('PEXPIRE', name, lock_limit) end
      return 0
    end
    return raise_fence(seen, 1, limit)
  `,extend:`
    local key, owner, limit = unpack(args)
    if text('lock:' .. key) ~= owner then return 0 end
    return redis.call('PEXPIRE', prefix .. 'lock:' .. key, limit)
  `,release:`
    local key, owner = unpack(args)
    if text('lock:' .. key) ~= owner then return 0 end
    return redis.call('DEL', prefix .. 'lock:' .. key)
  `,refusals:`
    local key, refused_ago, granted_ago = args[1], tonumber(args[2]), tonumber(args[3])
    local clock = redis.call('TIME')
    local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
    local function remembered(time)
      time = tonumber(time) or 0
      return time > now - ${REMEMBERED_MS} and time <= now + ${CLOCK_TOLERANCE_MS} and time or 0
    end
    local function ago(time)
      return time > 0 and math.max(now - time, 0) or -1
    end
    local granted, last, another, last_key = string.match(text('refusals'), '^(%d+) (%d+) (%d+) (.*)$')
    granted, last, another = remembered(granted), remembered(last), remembered(another)
    if granted_ago >= 0 then granted = math.max(granted, remembered(now - granted_ago)) end
    local refused = refused_ago >= 0 and remembered(now - refused_ago) or 0
    if refused > 0 and last > 0 and key == last_key then
      last = math.max(last, refused)
    elseif refused > 0 and refused >= last then
      last, another, last_key = refused, last, key
    else
      another = math.max(another, refused)
    end
    if refused_ago >= 0 or granted_ago >= 0 then
      local value = string.format('%.0f %.0f %.0f %s', granted, last, another, last_key or '')
      redis.call('SET', prefix .. 'refusals', value, 'PX', ${REMEMBERED_MS})
    end
    return { ago(last), ago(key == last_key and another or last), ago(granted) }
  `,find:`
    local key, theirs = unpack(args)
    local newest, _, passed = follow(key)
    local known = theirs == '' or passed[theirs] or follow(theirs) == newest
    return { newest, pair(newest), known and 1 or 0 }
  `,publish:`
    local key, own, expected, step, by, fence, value, pair_limit, pointer_limit = unpack(args)
    local newest, highest, passed = follow(key)
    local last, weight, beyond = follow(own)
    local place = newest == own and 'newest' or passed[own] and 'passed' or beyond[key] and 'led-there'
      or last == newest and 'led-to-newest' or 'apart'
    local fence_of_newest = fence_of(newest)
    local seen = string.format('%s %d %.0f %.0f %d %.0f', place, newest == key and 1 or 0, fence_of_newest,
      math.max(highest, fence_of_newest), last == own and 1 or 0, math.max(weight, fence_of(last)))
    local reply = { seen, newest, pair(newest), last, pair(last) }
    if seen ~= expected then return reply end
    local function point(from, to)
      redis.call('SET', prefix .. 'next:' .. from, string.format('%.0f %s', by, to), 'PX', pointer_limit)
      redis.call('DEL', prefix .. 'pair:' .. from)
    end
    if step == 'join' then
      point(last, newest)
    elseif step == 'follow' or step == 'follow-anew' or step == 'precede' then
      if step == 'follow-anew' then redis.call('DEL', prefix .. 'next:' .. own) end
      point(newest, own)
      if newest ~= key then point(key, own) end
    end
    if value == '' then return reply end
    redis.call('SET', prefix .. 'pair:' .. own, string.format('%.0f %s', fence, value), 'PX', pair_limit)
    return { seen }
  `};var SCRIPTS=Object.fromEntries([["check",PRELUDE+CHECK2],...Object.entries(GUARDED).map(([name,lua])=>[name,PRELUDE+
GUARD+lua])].map(([name,lua])=>[name,{lua,numberOfKeys:2}]));var SECOND=1e3;var HOUR=60*60*SECOND;var DAY=24*HOUR;var LIMITS2={lock:6*SECOND,operation:SECOND,connection:2*SECOND,reconnection:5*
SECOND,watch:5*SECOND,pointer:30*DAY,pair:95*DAY};var UNKNOWN=-1;var MOST_RACES=5;var MOST_PENDING=1e5;var RedisCoordination=class{#memory=new MemoryCoordination;#options;#limits;#isClosed=false;#prefix;#connection;#fence=0;#life;#pending=new Set;#held=new Set;constructor(options){
this.#options=options;this.#limits={...LIMITS2,...options.limits};this.#prefix=`nocodb-bitbucket-auth:{${options.namespace}\
}:`;this.#connection=new RedisConnection({url:options.url,variable:options.variable,database:options.database,isDatabaseSought:options.
isDatabaseSought,otherDatabases:options.otherDatabases,limits:this.#limits,scripts:SCRIPTS,log:options.log,without:"rene\
ws tokens on its own",lifeName:`${this.#prefix}life`,check:(redis,life)=>this.#check(redis,life),opened:()=>void this.#shareAll()})}async lock(key){
const own=await this.#memory.lock(key);if(!own)return void 0;const{lock:limit,pair}=this.#limits;const owner=(0,import_node_crypto3.randomBytes)(
16).toString("base64url");await this.#connection.connected();const asked=performance.now();const fence=await this.#ask("\
acquire",[key,owner,limit,this.#fence,pair]);if(fence===0){await own.release();return void 0}if(typeof fence!=="number")
return{...own,fence:0};this.#see(fence);let heldUntil=asked+limit;const extend=async()=>{const sent=performance.now();const extended=await this.#ask(
"extend",[key,owner,limit],{isAwaited:false});if(extended===1)heldUntil=sent+limit;if(extended===0)end2()};const heartbeat=setInterval(
extend,limit/3).unref();const end2=()=>{heldUntil=-Infinity;clearInterval(heartbeat);this.#held.delete(end2)};this.#held.
add(end2);const isHeld=()=>{if(performance.now()>=heldUntil)end2();return this.#held.has(end2)};return{fence,isHeld,release:async()=>{
if(isHeld()){end2();await this.#ask("release",[key,owner])}await own.release()}}}async find(key){const before=this.#memory.
findLocal(key);const reply=await this.#ask("find",[key,before?.key??""]);const shared=this.#read(reply?.[0],reply?.[1]);
const local=this.#memory.findLocal(key)??(shared&&this.#memory.findLocal(shared.key));if(!reply||!(shared||local))return local;
if(local&&(!shared||this.#isMissingBeside(local,shared,local===before&&reply[2]===1))){await this.#share(key,local);return this.
findLocal(key)??this.findLocal(local.key)}if(shared)this.#memory.settle(key,shared);return shared??local}findLocal(key){
return this.#memory.findLocal(key)}async publish(key,entry){const known=this.#memory.findLocal(key);const fence=entry.fence===
0&&known?.key===key?known.fence:entry.fence;const kept={...entry,fence};const expected=this.#memory.placeOf(key,kept.key);
const isNewest=await this.#memory.publish(key,kept);return await this.#share(key,kept,expected)??isNewest}async noteRefusal(key){
await Promise.all([this.#ask("refusals",[key,0,UNKNOWN]),this.#memory.noteRefusal(key)])}async noteGrant(agoMs){await Promise.
all([this.#ask("refusals",["",UNKNOWN,agoMs]),this.#memory.noteGrant(agoMs)])}async refusals(key){const[shared,local]=await Promise.
all([this.#ask("refusals",[key,UNKNOWN,UNKNOWN]),this.#memory.refusals(key)]);const[refused,othersRefused,granted]=shared??
[];return{refusedAgo:lesser(local.refusedAgo,refused),othersRefusedAgo:lesser(local.othersRefusedAgo,othersRefused),grantedAgo:lesser(
local.grantedAgo,granted)}}async close(){this.#isClosed=true;for(const end2 of this.#held)end2();this.#connection.close();
this.#pending.clear();await this.#memory.close()}async#share(key,entry,expected=this.#memory.placeOf(key,entry.key),options){
const{pair,pointer}=this.#limits;this.#see(entry.fence);const sealed=`${key} ${this.#encrypt(entry,key)}`;for(let races=0,
place=expected;races<MOST_RACES;races+=1){const{step,by,isNewest}=decide(entry,place);const args=[textOf(place),step,by,
entry.fence,isNewest?sealed:"",pair,pointer];const reply=await this.#ask("publish",[key,entry.key,...args],options);if(!reply)
break;const[seen,newest,ofNewest,last,ofLast]=reply;if(seen===textOf(place)){this.#pending.delete(key);return isNewest||
this.#isSurpassed(key,entry,step==="precede"?this.#read(last,ofLast):this.#read(newest,ofNewest))}place=placeOf(seen)}this.#postpone(
key);return void 0}#isSurpassed(key,entry,winner){const known=this.findLocal(key)??this.findLocal(entry.key);if(winner&&
(0,import_core14.core)().outdates(...versionOf(entry),...versionOf(winner)))return true;if(winner&&known?.key===entry.key){
this.#memory.settle(entry.key,winner);this.#memory.settle(key,winner)}return false}#isMissingBeside(local,shared,leadsThere){
const isSame=local.key===shared.key;const isKnown=isSame?!this.#pending.has(local.key):leadsThere;return(0,import_core14.core)().
isMissingBeside(...versionOf(local),...versionOf(shared),isSame,isKnown)}#postpone(key){if(this.#isClosed)return;this.#pending.
add(key);const[oldest]=this.#pending;if(this.#pending.size>MOST_PENDING&&oldest!==void 0)this.#pending.delete(oldest)}async#shareAll(){
await this.#shareRefusals();for(const key of[...this.#pending]){if(!this.#connection.isUsable)return;const entry=this.#memory.
findLocal(key);if(entry)await this.#share(key,entry,void 0,{isAwaited:false});else this.#pending.delete(key)}}async#shareRefusals(){
const isAwaited=false;for(const{key,agoMs:agoMs2}of this.#memory.lastRefusals()){await this.#ask("refusals",[key,agoMs2,
UNKNOWN],{isAwaited})}const agoMs=this.#memory.lastGrantAgo();if(agoMs!==void 0)await this.#ask("refusals",["",UNKNOWN,agoMs],
{isAwaited})}#see(fence){if(fence<=HIGHEST_FENCE)this.#fence=Math.max(this.#fence,fence)}async#ask(name,args,options){return this.#connection.
use(async(redis,life)=>{const reply=await run(redis,name,[this.#prefix,life.name],[life.value,...args]);return reply==="\
lost"?LOST:reply},options)}async#check(redis,life){const keys2=[this.#prefix,life.name];const args=[this.#fence,this.#limits.
pair];await run(redis,"check",keys2,args);await run(redis,"check",keys2,args);if(this.#life!==void 0&&life.value!==this.#life){
for(const key of this.#memory.lastKeys())this.#pending.add(key)}this.#life=life.value}#encrypt({key,value,fence},predecessor){
const nonce=(0,import_node_crypto3.randomBytes)(NONCE_LENGTH);const cipher=(0,import_node_crypto3.createCipheriv)(CIPHER,
this.#options.encryptionKey,nonce,{authTagLength:TAG_LENGTH});cipher.setAAD(boundTo(key,fence,predecessor));const text=[
cipher.update(JSON.stringify(value),"utf8"),cipher.final()];return Buffer.concat([nonce,...text,cipher.getAuthTag()]).toString(
"base64url")}#read(key,pair){const[,digits,predecessor,ciphertext]=/^(\d+) (?:(.*) )?(\S+)$/.exec(String(pair))??[];const fence=Number(
digits);if(typeof key!=="string"||ciphertext===void 0||!(fence<=HIGHEST_FENCE))return void 0;const bytes=Buffer.from(ciphertext,
"base64url");if(bytes.length<NONCE_LENGTH+TAG_LENGTH)return void 0;try{const decipher=(0,import_node_crypto3.createDecipheriv)(
CIPHER,this.#options.encryptionKey,bytes.subarray(0,NONCE_LENGTH),{authTagLength:TAG_LENGTH});decipher.setAAD(boundTo(key,
fence,predecessor)).setAuthTag(bytes.subarray(-TAG_LENGTH));const text=Buffer.concat([decipher.update(bytes.subarray(NONCE_LENGTH,
-TAG_LENGTH)),decipher.final()]);this.#see(fence);return{key,value:JSON.parse(text.toString("utf8")),fence}}catch{return void 0}}};
function lesser(local,shared=UNKNOWN){return shared===UNKNOWN?local:Math.min(local??Infinity,shared)}var CIPHER="aes-256\
-gcm";var NONCE_LENGTH=12;var TAG_LENGTH=16;function boundTo(key,fence,predecessor){return Buffer.from(predecessor===void 0?
`nocodb-bitbucket-auth pair 1 ${key}`:`nocodb-bitbucket-auth pair 2 ${JSON.stringify([key,fence,predecessor])}`)}function versionOf({
value,fence}){const{obtainedAt,expiresAt}=value;return[obtainedAt,expiresAt,"dead"in value,fence]}function textOf({place,
isFirst,newest,highest,isLast,own}){return[place,Number(isFirst),newest,highest,Number(isLast),own].join(" ")}function placeOf(text){
const[place,isFirst,newest,highest,isLast,own]=text.split(" ");return{place,isFirst:isFirst==="1",newest:Number(newest),
highest:Number(highest),isLast:isLast==="1",own:Number(own)}}function run(redis,name,[prefix="",lifeName=""],args){return redis[name](
prefix,lifeName,...args)}var import_promises3=require("node:timers/promises");var import_core15=require("./shared.cjs");var CLIENT2="client";var LOOK_MS=1e3;
var LOCK_WAIT_MS=200;var RefreshQueue=class{#queue;#coordination;#waiting=new Map;#isAdmitting=false;constructor(coordination,lockoutMs){
this.#coordination=coordination;this.#queue=new((0,import_core15.core)()).RefreshQueue(lockoutMs)}enter(lane){return new Promise(
resolve=>{this.#waiting.set(this.#queue.enter(lane),resolve);void this.#admitAll()})}wait(){return this.#queue.wait(performance.
now())}async#admitAll(){if(this.#isAdmitting)return;this.#isAdmitting=true;const{RefreshAdmission}=(0,import_core15.core)();
for(;;){await this.#learn();const now=performance.now();const admission=this.#queue.next(now);if(admission===RefreshAdmission.
First)this.#admit();else if(admission===RefreshAdmission.FirstAlone)await this.#admitAlone();else if(admission===RefreshAdmission.
NobodyYet){await(0,import_promises3.setTimeout)(Math.min(this.#queue.wait(now),LOOK_MS),void 0,{ref:false})}else break}this.#isAdmitting=
false}async#admitAlone(){const lock=await this.#coordination.lock(CLIENT2);if(!lock){await(0,import_promises3.setTimeout)(
LOCK_WAIT_MS*(1+Math.random())/2,void 0,{ref:false});return}await this.#learn();if(this.#queue.next(performance.now())===
(0,import_core15.core)().RefreshAdmission.FirstAlone)this.#admit(lock);else await lock.release()}#admit(lock){const ticket=this.#queue.
admit(lock!==void 0);if(ticket===void 0)return;const end2=note=>{note();void lock?.release();void this.#admitAll()};this.#waiting.
get(ticket)?.({granted:sentAt=>end2(()=>this.#queue.granted(sentAt,performance.now())),refused:()=>end2(()=>this.#queue.
refused(performance.now())),failed:()=>end2(()=>this.#queue.failed(performance.now()))});this.#waiting.delete(ticket)}async#learn(){
const{refusedAgo,grantedAgo}=await this.#coordination.refusals(CLIENT2);this.#queue.learn(refusedAgo,grantedAgo,performance.
now())}};var import_promises4=require("node:timers/promises");var import_core17=require("./shared.cjs");var import_error7=require("./shared.cjs");var import_core16=require("./shared.cjs");var STORE_LIMIT_MS=1e4;var LONGEST_TITLE=100;function makePair({accessToken,refreshToken,expiresAt,obtainedAt,scopes}){const pair={
refreshToken};if(accessToken!==void 0)pair.accessToken=accessToken;if(expiresAt!==void 0)pair.expiresAt=expiresAt;if(obtainedAt!==
void 0)pair.obtainedAt=obtainedAt;if(scopes!==void 0)pair.scopes=scopes;return pair}function storelessHolder(){return{store:()=>"\
stored",log:()=>{},stored:0,handed:0}}function noteStored(owner,generation){owner.stored=generation;owner.handed=generation}
async function storePair(holders,pair,generation,chain){const behind=[...holders].filter(owner=>!owner.ending&&owner.stored!==
generation);const stored=await Promise.all(storesOf(behind).map(async owners=>{const[owner]=owners;for(const each of owners)
each.handed=generation;try{const outcome=await within(STORE_LIMIT_MS,owner.store(pair,chain));if(outcome==="replaced"||outcome===
"deleted"){end(owners,outcome,chain);return true}if(outcome==="shared")sayOnce(owner,chain,SHARED);for(const each of owners){
if(each!==owner)each.take?.(pair);each.stored=generation}return true}catch{return false}}));return stored.every(Boolean)}
async function readStores(holders,chain){const living=[...holders].filter(owner=>!owner.ending);const pairs=await Promise.
all(storesOf(living).map(async owners=>{const[owner]=owners;const found=await within(STORE_LIMIT_MS,owner.read?.(chain)).
catch(()=>void 0);if(typeof found==="string"){end(owners,found,chain);return void 0}if(found)sayOnce(owner,chain,SHARED);
return found}));return pairs.reduce((one,other)=>isLater(other,one)?other:one,void 0)}function isLater(pair,other){if(!pair||
!other)return other===void 0;return(0,import_core16.core)().isLater(pair.obtainedAt,pair.expiresAt,other.obtainedAt,other.
expiresAt)}function hasLivingStore(holders){return[...holders].some(({ending})=>!ending)}function refuseEnded({ending}){
if(ending)throw(0,import_core16.failure)("RECONNECT_REQUIRED","refresh",{ending})}function reportUnstored(holders,generation,chain){
const behind=[...holders].filter(({ending,stored})=>!ending&&stored!==generation);report(behind,chain,(0,import_core16.failure)(
"PERSIST_FAILED","refresh").message)}function reportDeath(holders,chain){report([...holders].filter(({ending})=>!ending),
chain,(0,import_core16.failure)("RECONNECT_REQUIRED","refresh").message)}var SHARED="Another process uses this connectio\
n; several processes need a Redis in common.";var said=new WeakMap;function storesOf(holders){const stores=new Map;for(const owner of holders){
const store=owner.id??owner;const others=stores.get(store);if(others)others.push(owner);else stores.set(store,[owner])}return[
...stores.values()]}function end(owners,ending,chain){for(const owner of owners)owner.ending=ending;if(ending==="deleted")
sayOnce(owners[0],chain,(0,import_core16.failure)("RECONNECT_REQUIRED","refresh",{ending}).message)}function report(holders,chain,message){
const lines=new Map(holders.map(owner=>[lineOf(owner,chain,message),owner]));for(const[line,owner]of lines)owner.log(line)}
function sayOnce(owner,chain,message){const lines=said.get(chain)??new Set;said.set(chain,lines);const line=lineOf(owner,
chain,message);if(!lines.has(line))owner.log(line);lines.add(line)}function lineOf({title},{name},message){const shown=title===
void 0?name:`"${title.replace(/\p{C}+/gu," ").slice(0,LONGEST_TITLE)}"`;return`Connection ${shown}: ${message}`}var PATIENCE_MS=5e4;var ASK_AGAIN_MS=2e3;var NAME_LENGTH=8;var OLDER=0;var Connection2=class{#keeper;#policy;#pair;name;#key;#publishedKey;#current;#turn;#retry;#waiting;#sleepers;#pass;#refusedAt=0;#lock;#lastError;#unstored=0;#touchedAt=Date.
now();constructor(keeper,pair,key){const{RefreshPolicy}=(0,import_core17.core)();this.#keeper=keeper;this.#pair=pair;this.
name=key.slice(0,NAME_LENGTH);this.#key=key;this.#publishedKey=key;this.#policy=new RefreshPolicy(pair.obtainedAt,pair.expiresAt,
pair.accessToken!==void 0,keeper.environment.lockoutMs,Date.now())}attach(pair,key,owner){const now=Date.now();this.#touchedAt=
now;if(key!==this.#key)return;const{accessToken}=this.#pair;if(pair.accessToken!==void 0&&pair.accessToken!==accessToken&&
this.#policy.configured(pair.obtainedAt,pair.expiresAt,now)){this.#pair=pair}if(owner&&pair.accessToken===this.#pair.accessToken)
noteStored(owner,this.#policy.generation)}async newest(owner,patienceMs=PATIENCE_MS){const until=performance.now()+patienceMs;
for(let known=owner.stored;;){refuseEnded(owner);const now=Date.now();const deadline=now+until-performance.now();if(this.#mayUse(
this.#policy.asked(known,deadline,now),owner))return this.#snapshot();if(await this.#isOver(until))known=owner.handed}}async renewed(owner,refreshToken=this.#pair.
refreshToken){return this.#renewedAfter(owner,refreshToken===this.#pair.refreshToken?this.#policy.generation:OLDER)}async cureFor(owner,{
generation,accessToken},repetitions){if(!this.#policy.suspect(generation,repetitions,Date.now()))return void 0;const newer=await this.#renewedAfter(
owner,generation);return newer.accessToken===accessToken?void 0:newer}async#renewedAfter(owner,generation){refuseEnded(owner);
const until=performance.now()+PATIENCE_MS;for(;;){const now=Date.now();const deadline=now+until-performance.now();if(this.#mayUse(
this.#policy.renew(generation,deadline,now),owner))break;await this.#isOver(until);if(this.#policy.generation===generation&&
!this.#policy.isForced){throw this.#why(this.#policy.reason(Date.now()))}}return this.newest(owner,until-performance.now())}async latest(){
const entry=await this.#keeper.coordination.find(this.#key);if(!entry||entry.key===this.#key||"dead"in entry.value)return this.#pair;
const{value}=entry;return this.#policy.believes(value.obtainedAt,value.expiresAt)?value:this.#pair}async includes(refreshToken){
const{coordination}=this.#keeper;const key=this.#keeper.keyOf(refreshToken);if(key===this.#key)return true;const[its,own]=await Promise.
all([coordination.find(key),coordination.find(this.#key)]);return its!==void 0&&its.key!==key&&(its.key===this.#key||its.
key===own?.key)}isIdle(){return this.#policy.isIdle(Date.now())}rejected({generation},repetitions){return this.#policy.reject(
generation,repetitions,Date.now())}isForgettable(before){return this.#touchedAt<before&&!this.#turn&&this.#unstored!==this.#policy.
generation}#mayUse(answer,owner){const{RefreshAnswer}=(0,import_core17.core)();if(answer===RefreshAnswer.Use)return true;
this.#begin(owner);if(answer===RefreshAnswer.Turn)return false;throw this.#why(answer)}#why(answer){const{RefreshAnswer}=(0,import_core17.core)();
switch(answer){case RefreshAnswer.Dead:return this.#lastError?.reauthorize?this.#lastError:(0,import_core17.failure)("RE\
CONNECT_REQUIRED","refresh");case RefreshAnswer.Doubtful:{const wait=this.#policy.wait(Date.now())??this.#keeper.queue.wait();
return(0,import_core17.failure)("REFRESH_PENDING","refresh",wait>0?{retryAfter:Math.ceil(wait)}:{})}case RefreshAnswer.Failed:
return this.#lastFailure();default:return(0,import_core17.failure)("REQUEST_TIMEOUT","refresh")}}#lastFailure(){const error=this.#lastError??
(0,import_core17.failure)("REQUEST_FAILED","refresh");const left=this.#policy.wait(Date.now());return left===void 0?error:
(0,import_error7.withWait)(error,left)}#snapshot(){this.#touchedAt=Date.now();const{generation}=this.#policy;if(this.#current?.
generation!==generation){const{accessToken=""}=this.#pair;this.#current=Object.freeze({accessToken,generation,pair:this.#pair})}
return this.#current}#isOver(until){return new Promise((resolve,reject)=>{const sleepers=this.#sleepers??=new Set;const wake=(isOver,error)=>{
clearTimeout(timer);sleepers.delete(wake);if(error===void 0)resolve(isOver);else reject(error)};const timer=setTimeout(wake,
Math.min(until-performance.now(),ASK_AGAIN_MS),false);sleepers.add(wake)})}#wakeAll(error){for(const wake of[...this.#sleepers??
[]])wake(true,error)}#begin(owner){if(this.#policy.action===(0,import_core17.core)().RefreshAction.Rest)return;(this.#waiting??=
new Set).add(owner);if(this.#turn)return;const end2=error=>{const waited=this.#waiting??[];this.#turn=void 0;this.#waiting=
void 0;this.#wakeAll(error);this.#retryLater([...waited])};this.#turn=this.#run().then(()=>end2(),end2)}#retryLater(holders){
clearTimeout(this.#retry);const wait=this.#policy.retryIn(Date.now());const owner=holders.find(holder=>hasLivingStore([holder]));
if(wait===void 0||!owner)return;const retry=()=>{const now=Date.now();if(this.#policy.retryIn(now)!==0)this.#retryLater(
holders);else{this.#policy.asked(owner.stored,Infinity,now);this.#begin(owner)}};this.#retry=setTimeout(retry,wait).unref()}async#run(){
const{RefreshAction,RefreshEvent}=(0,import_core17.core)();try{for(let action=this.#policy.action;;){switch(action){case RefreshAction.
Lock:await this.#unlock();this.#lock=await this.#keeper.coordination.lock(this.#key);action=this.#on(this.#lock?RefreshEvent.
Locked:RefreshEvent.LockBusy);break;case RefreshAction.Look:action=await this.#underLock(()=>this.#look());break;case RefreshAction.
Queue:this.#pass=await this.#keeper.queue.enter(this.#policy.lane(Date.now()));action=this.#on(RefreshEvent.Admitted);break;case RefreshAction.
Refresh:action=await this.#underLock(()=>this.#refresh());break;case RefreshAction.Judge:action=await this.#judge();break;case RefreshAction.
Store:action=await this.#underLock(()=>this.#store());break;case RefreshAction.Publish:action=this.#on(await this.#publish()?
RefreshEvent.Published:RefreshEvent.Superseded);break;case RefreshAction.Bury:action=await this.#bury();break;case RefreshAction.
Report:reportUnstored(this.#waiting??[],this.#policy.generation,this);action=this.#on(RefreshEvent.Reported);break;case RefreshAction.
Wait:await(0,import_promises4.setTimeout)(this.#policy.pause(Date.now()),void 0,{ref:false});action=this.#on(RefreshEvent.
Woke);break;default:return}}}finally{this.#pass?.failed();this.#pass=void 0;await this.#unlock()}}#on(event){return this.#policy.
on(event,Date.now(),Math.random())}async#unlock(){const lock=this.#lock;this.#lock=void 0;await lock?.release()}async#underLock(work){
if(this.#lock?.isHeld())return work();this.#leave(pass=>pass.failed());return this.#on((0,import_core17.core)().RefreshEvent.
LockLost)}async#look(){const{RefreshEvent}=(0,import_core17.core)();const{key=this.#key,value=this.#pair}=await this.#keeper.
coordination.find(this.#key)??{};const{accessToken,obtainedAt,expiresAt,diedAt}=value;const isSame=key===this.#key;const news=(0,import_core17.core)().
newsOf("refreshToken"in value,"dead"in value,isSame,accessToken===this.#pair.accessToken);if(news==="death")return this.#policy.
foundDead(diedAt,Date.now(),Math.random());if(news==="pair"){return this.#adopt(value,key,()=>this.#policy.found(obtainedAt,
expiresAt,isSame,Date.now(),Math.random()))}return this.#policy.isDoubtful?this.#lookIntoStores():this.#on(RefreshEvent.
NothingFound)}async#lookIntoStores(){const{RefreshEvent}=(0,import_core17.core)();const waiting=this.#waiting??[];const theirs=await readStores(
waiting,this);if(!hasLivingStore(waiting))return this.#on(RefreshEvent.Abandoned);if(!theirs)return this.#on(RefreshEvent.
NothingFound);const before=this.#key;const action=this.#adopt(theirs,this.#keeper.keyOf(theirs.refreshToken),()=>this.#policy.
foundInRow(theirs.obtainedAt,theirs.expiresAt,Date.now(),Math.random()));if(this.#key!==before)await this.#keeper.coordination.
publish(before,this.#entry(this.#pair));return action}#adopt(pair,key,decide2){const{generation}=this.#policy;const action=decide2();
if(this.#policy.generation!==generation){this.#take(makePair(pair),key);this.#publishedKey=key}return action}async#refresh(){
const{coordination,environment,grant}=this.#keeper;const{refreshToken,scopes}=this.#pair;const sentAt=performance.now();
try{const tokens=grant==="client_credentials"?await requestTokens(environment,client=>client.buildClientCredentialsRequest(),
grant):await requestTokens(environment,client=>client.buildRefreshRequest(refreshToken),grant,{refreshToken,...scopes&&{
scopes}});const action=this.#policy.renewed(tokens.obtainedAt,tokens.expiresAt,Date.now(),Math.random());const newer=makePair(
{refreshToken,...tokens});this.#take(newer,this.#keeper.keyOf(newer.refreshToken));this.#leave(pass=>pass.granted(sentAt));
void coordination.noteGrant(performance.now()-sentAt);return action}catch(error){if(!(error instanceof import_error7.BitbucketAuthError))
throw error;this.#lastError=error;const{code,retryable,retryAfter}=error;if((0,import_core17.core)().isRefusal(code)){this.#refusedAt=
performance.now();await coordination.noteRefusal(this.#key);this.#leave(pass=>pass.refused())}else this.#leave(pass=>pass.
failed());return this.#policy.failed(code,retryable,retryAfter,Date.now(),Math.random())}}#leave(tell){const pass=this.#pass;
this.#pass=void 0;if(pass)tell(pass)}async#judge(){const{othersRefusedAgo}=await this.#keeper.coordination.refusals(this.#key);
const refusedAgo=performance.now()-this.#refusedAt;return this.#policy.judged(othersRefusedAgo,refusedAgo,Date.now(),Math.
random())}#take(pair,key){const before=this.#key;this.#pair=pair;this.#key=key;this.#lastError=void 0;if(key!==before)this.#keeper.
rename(this,before,key)}async#bury(){const{RefreshAction,RefreshEvent}=(0,import_core17.core)();const death=this.#entry(
{...this.#pair,dead:true,diedAt:Date.now()});const isNews=await this.#keeper.coordination.publish(this.#key,death);const action=this.#on(
isNews?RefreshEvent.Published:RefreshEvent.Superseded);if(action===RefreshAction.Rest)reportDeath(this.#waiting??[],this);
return action}async#publish(){const{coordination}=this.#keeper;const next=this.#key===this.#publishedKey?void 0:await coordination.
lock(this.#key);const isNewest=await coordination.publish(this.#publishedKey,this.#entry(this.#pair));this.#publishedKey=
this.#key;if(next){await this.#unlock();this.#lock=next}return isNewest}#entry(value){return{key:this.#key,value,fence:this.#lock?.
fence??0}}async#store(){const{RefreshEvent}=(0,import_core17.core)();const{generation}=this.#policy;const isStored=await storePair(
this.#waiting??[],this.#pair,generation,this);this.#unstored=isStored?0:generation;return this.#on(this.#unstored?RefreshEvent.
StoreFailed:RefreshEvent.Stored)}};var KEPT_MS2=24*60*60*1e3;var SWEEP_MS2=60*60*1e3;var SHARED2=Symbol.for("nocodb-bitbucket-auth/coordinations/2");var keepers=new Map;
function coordinations(){const shared=globalThis;return shared[SHARED2]??=new Map}function keeperOf(environment){const{client,
redis}=environment;const clientKey=client.deriveKey("namespace");const name=hash2(clientKey,redis?JSON.stringify(redis):
"");let keeper=keepers.get(name);if(!keeper){const coordination=coordinations().get(name)??createCoordination(environment,
hash2(clientKey,""));coordinations().set(name,coordination);keeper=new TokenKeeper(environment,coordination);keepers.set(
name,keeper)}return keeper}function createCoordination(environment,namespace){const{client,redis}=environment;if(!redis)
return new MemoryCoordination;return new RedisCoordination({...redis,namespace,encryptionKey:client.deriveKey("shared-st\
ore"),log:message=>console.warn(`[nocodb-bitbucket-auth] ${message}`)})}function hash2(key,text){return(0,import_node_crypto4.createHmac)(
"sha256",key).update(text).digest().toString("base64url",0,16)}var TokenKeeper=class _TokenKeeper{#connections=new Map;#hashKey;#sweptAt=Date.
now();#ofClient;constructor(environment,coordination,grant="refresh_token"){this.environment=environment;this.coordination=
coordination;this.grant=grant;this.queue=new RefreshQueue(coordination,environment.lockoutMs);this.#hashKey=environment.
client.deriveKey("refresh-token")}attach(pair,owner){this.#sweep();const key=this.keyOf(pair.refreshToken);let connection=this.#connections.
get(key);if(!connection){const newest=this.coordination.findLocal(key);connection=newest&&this.#connections.get(newest.key)}
if(!connection){connection=new Connection2(this,pair,key);this.#connections.set(key,connection)}connection.attach(pair,key,
owner);return connection}ofClient(){this.#ofClient??=new _TokenKeeper(this.environment,new MemoryCoordination,"client_cr\
edentials").attach(makePair({refreshToken:""}));return this.#ofClient}keyOf(refreshToken){return hash2(this.#hashKey,refreshToken)}rename(connection,before,key){
if(this.#connections.get(before)===connection)this.#connections.delete(before);if(!this.#connections.has(key))this.#connections.
set(key,connection)}#sweep(){const now=Date.now();if(now-this.#sweptAt<SWEEP_MS2)return;this.#sweptAt=now;for(const[key,
connection]of this.#connections){if(connection.isForgettable(now-KEPT_MS2))this.#connections.delete(key)}}};var UNKNOWN2=Object.freeze({});var Credentials=class{#only;#facts;constructor({kind,authorization,email,hasUser,hint},facts=UNKNOWN2){
this.kind=kind;this.email=email;this.hasUser=hasUser;this.hint=hint;this.#only=authorization===void 0?void 0:{authorization};
this.#facts=facts}get name(){const digest2=(0,import_node_crypto5.createHash)("sha256").update(this.#only?.authorization??
"").digest("base64url");return`token ${digest2}`}get connection(){return void 0}async newest(_patienceMs){return this.#only}renews(_used,_repetitions){
return false}async cureFor(_used,_repetitions){return void 0}async facts(){return this.#facts}};var StrandedCredentials=class extends Credentials{#problems;#expiresAt;constructor(stored,facts,problems){
super(stored,facts);this.#problems=problems;this.#expiresAt=facts.expiresAt}async newest(){const newest=await super.newest();
if(newest===void 0||(0,import_core18.core)().isExpired(this.#expiresAt,Date.now()))throw configFailure(this.#problems);return newest}renews(){
throw configFailure(this.#problems)}};var RenewedCredentials=class extends Credentials{#connection;#holder;constructor({
authorization:_kept,...stored},connection,holder){super(stored);this.#connection=connection;this.#holder=holder}get name(){
return nameOf(this.#connection)}get connection(){return this.#connection}async newest(patienceMs){return bearer(await this.#connection.
newest(this.#holder,patienceMs))}renews({current},repetitions){return this.#connection.rejected(current,repetitions)}async cureFor({
current},repetitions){const newer=await this.#connection.cureFor(this.#holder,current,repetitions);return newer&&bearer(
newer)}facts(){return this.#connection.latest()}};function createCredentials(stored,pair,holder,environment){const{client,
problems}=environment;const facts=(0,import_core18.core)().holdsTokens(stored.kind)?pair:UNKNOWN2;if(!stored.canRenew)return new Credentials(
stored,facts);if(!client)return new StrandedCredentials(stored,facts,problems);const keeper=keeperOf({...environment,client});
if(!(0,import_core18.core)().isOfClient(stored.kind))return new RenewedCredentials(stored,keeper.attach(pair,holder),holder);
const connection=keeper.ofClient();names.set(connection,`client ${client.clientId}`);return new RenewedCredentials(stored,
connection,holder)}function bearer(current){return{authorization:(0,import_core18.core)().bearer(current.accessToken),current}}
var names=new WeakMap;function nameOf(connection){const name=names.get(connection)??`connection ${(0,import_node_crypto5.randomUUID)()}`;
names.set(connection,name);return name}var ACCOUNT_MS=3e3;async function probe(test,sender,apiUrl,signal){for(let path=test.path;path!==void 0;path=test.path){
try{const headers={accept:"application/json"};const answer=await sender({method:"GET",url:apiUrl+path,headers,signal,redirect:"\
own"});test.answered(answerOf(answer))}catch(error){test.failed(meaningOf(error).message)}}}async function accountOf(authorization,{
apiUrl,timeoutMs,proxies}){if(apiUrl===void 0)return void 0;try{const credentials=new Credentials({kind:"oauth",authorization,
canRenew:false,hasUser:true});const test=new((0,import_core19.core)()).ConnectionTest("oauth");await probe(test,createSender(
{apiUrl,timeoutMs,proxies,credentials}),apiUrl,signalAfter(ACCOUNT_MS));return test.verdict?.account}catch{return void 0}}function throttleOf(environment,credentials,subject,maxWaitMs){const limiter=rateLimiterOf(environment);return limiter&&
new Throttle(limiter,environment,credentials,subject,maxWaitMs)}var Throttle=class{#limiter;#environment;#credentials;#options;#name;#isProvable;constructor(limiter,environment,credentials,subject,maxWaitMs){
this.#limiter=limiter;this.#environment=environment;this.#credentials=credentials;this.#options={maxWaitMs,log:message=>subject.
log(message)};this.#name=credentials.name;const mayBeNamed=environment.client!==void 0||environment.redis===void 0;const{
email,kind}=credentials;this.#isProvable=mayBeNamed&&(email!==void 0||subject.account!==void 0&&(0,import_core20.core)().
holdsTokens(kind))}take(group,signal){return this.#limiter.take(this.#name,group,{...this.#options,signal})}observe(group,answer){
if(this.#isProvable&&(0,import_core20.core)().provesCredential(answer.status)){void this.#limiter.prove(this.#name,()=>this.#owner())}
return this.#limiter.observe(this.#name,group,answer)}async#owner(){const{email}=this.#credentials;if(email!==void 0)return`\
email ${email.toLowerCase()}`;try{const{authorization}=await this.#credentials.newest();const account=await accountOf(authorization,
this.#environment);return account?.uuid&&`user ${account.uuid}`}catch{return void 0}}};var ApiAccess=class{credentials;environment;#subject;constructor(credentials,environment,subject){this.credentials=credentials;
this.environment=environment;this.#subject=subject}get apiUrl(){const{apiUrl,problems}=this.environment;if(!apiUrl)throw configFailure(
problems.filter(({field})=>field?.endsWith("_API_URL")));return apiUrl}createSender(patienceMs,throttle){const{apiUrl,credentials,
environment:{timeoutMs,proxies}}=this;return createSender({apiUrl,timeoutMs,proxies,credentials,patienceMs,throttle})}createClient({
maxWaitMs,patienceMs}={}){const{apiUrl,credentials,environment}=this;const throttle=throttleOf(environment,credentials,this.#subject,
maxWaitMs);const sender=this.createSender(patienceMs,throttle);return createClient({apiUrl,kind:credentials.kind,sender:environment.
replacesRemoved?this.#withRemoved(sender):sender,isQueued:throttle!==void 0,maxWaitMs})}#withRemoved(sender){const{apiUrl,
credentials}=this;const{workspace:workspace2}=this.#subject;return replaceRemoved(sender,{apiUrl,kind:credentials.kind,lists:collectedListsOf(
credentials.connection??credentials),...!credentials.hasUser&&workspace2&&{workspace:workspace2},log:message=>this.#subject.
log(message)})}};var import_arguments8=require("./shared.cjs");var import_core25=require("./shared.cjs");var import_error11=require("./shared.cjs");var import_arguments5=require("./shared.cjs");var import_core22=require("./shared.cjs");var import_error9=require("./shared.cjs");var import_arguments4=require("./shared.cjs");var import_core21=require("./shared.cjs");var import_error8=require("./shared.cjs");var DIALOG_MS=15e3;var DIALOG_TOKENS_MS=12e3;var inDialog=work=>atMost(DIALOG_MS,work,()=>(0,import_core21.failure)("REQ\
UEST_TIMEOUT","api"));var inTransaction=exchange=>atMost((0,import_core21.core)().transactionLimit(),exchange,()=>new import_error8.BitbucketAuthError(
(0,import_core21.core)().lateInTransaction()));async function atMost(ms,work,late){try{return await within(ms,work)}catch(error){
throw(0,import_arguments4.members)(error).code==="TIMEOUT"?late():error}}var ACCOUNT_MEMBERS=["uuid","nickname","displayName"];async function testConnection(access,config){const{credentials,environment}=access;
const{kind,hint}=credentials;const until=performance.now()+DIALOG_TOKENS_MS;await credentials.newest(DIALOG_TOKENS_MS);const{
scopes}=await credentials.facts();const{workspace:workspace2,repository}=(0,import_arguments5.membersOf)(testConnection,
"testedConfig",config);const{scopes:granted}=(0,import_arguments5.membersOf)(testConnection,"previous",{scopes});const test=(0,import_error9.judge)(
testConnection,()=>new((0,import_core22.core)()).ConnectionTest(kind,workspace2,repository,hint,environment.login?.scopes.
join(" "),granted||void 0));await probe(test,access.createSender(until-performance.now()),access.apiUrl);const{expiresAt}=await credentials.
facts();const verdict=test.verdict??{success:false,message:(0,import_core22.failure)("API_FAILED","api").message};return{
...verdict,...expiresAt!==void 0&&{expiresAt}}}async function connectionStatus({credentials,environment:{client}},{account}){
const{kind,hint}=credentials;const{scopes:stored,expiresAt,obtainedAt}=await credentials.facts();const{scopes:text}=stored?
(0,import_arguments5.membersOf)(connectionStatus,"scopes",{scopes:stored}):{};const scopes=(0,import_error9.judge)(connectionStatus,
()=>(0,import_core22.core)().readScopes(text??""));const isKnown=scopes.length>0;return{kind,...account&&(0,import_core22.core)().
holdsTokens(kind)&&{account:(0,import_arguments5.pick)(account,ACCOUNT_MEMBERS)},...isKnown&&{scopes},...isKnown&&client&&
{missingScopes:(0,import_error9.judge)(connectionStatus,()=>client.missingScopes(scopes.join(" ")))},...expiresAt!==void 0&&
{expiresAt},...obtainedAt!==void 0&&{refreshedAt:obtainedAt},...hint&&{hint}}}var import_environment=require("./shared.cjs");var import_arguments6=require("./shared.cjs");var import_core23=require("./shared.cjs");var import_error10=require("./shared.cjs");var REPOSITORY_MEMBERS=["full_name","name","slug","uuid","description","is_private"];var WORKSPACE_MEMBERS=["slug","name",
"uuid"];async function listWorkspaces(access,own,query){const address=pageAddress("/user/workspaces",query);const slug=typeof own===
"string"?own.trim():"";if(slug&&!access.credentials.hasUser)return{values:[{slug}]};return list(access,address,WORKSPACE_MEMBERS,
value=>value.workspace??value)}async function listRepositories(access,own,query){const{workspace:workspace2=own}=query;const segment=(0,import_error10.judge)(
listRepositories,()=>(0,import_core23.core)().workspaceSegment((0,import_arguments6.stringOf)(workspace2)));const address=pageAddress(
`/repositories/${segment}`,query);return list(access,address,REPOSITORY_MEMBERS)}function pageAddress(path,{next,page}){
if(page===void 0||typeof page==="string")return(0,import_error10.judge)(pageAddress,()=>(0,import_core23.core)().pageAddress(
path,next,page));const number=typeof page==="number"?page:NaN;return(0,import_error10.judge)(pageAddress,()=>(0,import_core23.core)().
pageAddress(path,next,void 0,number))}async function list(access,address,names2,unwrap=value=>value){try{const client=access.
createClient({maxWaitMs:DIALOG_MS,patienceMs:DIALOG_TOKENS_MS});const asked=listOf(client,address);const{values,goOn}=await inDialog(
fetchPage(client,asked,{},DIALOG_MS));return{values:values.map(value=>(0,import_arguments6.pick)(unwrap((0,import_arguments6.members)(
value)),names2)),...goOn()&&{next:(0,import_error10.judge)(list,()=>asked.token)}}}catch(error){throw meaningOf(error)}}var import_masks=require("./shared.cjs");var import_oauth_payload=require("./shared.cjs");var import_node_crypto6=require("node:crypto");var import_arguments7=require("./shared.cjs");var import_core24=require("./shared.cjs");var CHANGE_LIMIT_MS=5e3;var GONE=["ERR_INTEGRATION_NOT_FOUND","INTEGRATION_NOT_FOUND"];var changes=new Map;var StoredConfig=class{stored=0;handed=0;ending;config;tokenRefreshCallback;#host;#first;#vars;constructor(config,host){
this.config={...config};this.#host=host??{}}get id(){return textOf2(this.#host.id)}get title(){return textOf2(this.#host.
title)}get json(){return(0,import_arguments7.jsonOf)(this.config,(0,import_core24.core)().credentialMembers().split(" "))}get account(){
return textOf2((0,import_arguments7.members)(this.config.account).uuid)}get workspace(){return textOf2(this.config.workspace)}get canRefresh(){
return renewableOf(this.config)!==void 0}pair(accessToken){const{oauth_token:own}=this.config;return pairOf(this.config,
accessToken===own?own:accessToken)}log(message){this.#write(message).catch(()=>{})}async#write(message){const{logger}=this.#host;
if(typeof logger==="function")await logger(message);else if(logger)await logger.log(message);else console.warn(`[nocodb-\
bitbucket-auth] ${message}`)}take(pair){if(pair.accessToken!==void 0&&pair.accessToken!==this.config.oauth_token){this.#first??=
digest(this.config.refresh_token);this.config=withTokens(this.config,pair)}}async store(pair,chain){if(!this.canRefresh)
return"stored";const{loadConfig,saveConfig,isComposed}=this.#host;try{if(isComposed){await this.#add(pair);return"stored"}
if(loadConfig&&saveConfig)return await inTurn(this.id,()=>this.#merge(loadConfig,saveConfig,pair,chain));await this.#overwrite(
pair);return"stored"}catch(error){if(GONE.includes(String((0,import_arguments7.members)(error).error)))return"deleted";throw error}}async read(chain){
const{loadConfig}=this.#host;if(!loadConfig||!this.canRefresh)return void 0;const row=await loadConfig();if(!row)return"\
deleted";const holding=await this.#holdingOf(row,pairOf(this.config,void 0),chain,true);if(holding==="Replaced")return"r\
eplaced";const isOthers=holding==="Others"||holding==="OthersNewer";return isOthers?pairOf(row,textOf2(row.oauth_token)):
void 0}async saveVars(vars,connection){this.config={...this.config,_vars:vars};this.#vars=vars;await inTurn(this.id,async()=>{
const{loadConfig,saveConfig,isComposed}=this.#host;if(isComposed)return this.#add(await connection?.latest());const row=await loadConfig?.();
const pair=await connection?.latest();if(pair)this.take(pair);const config=row?await this.#withNewest(row,pair,connection):
this.config;if(row||!loadConfig)await saveConfig?.(storable({...config,_vars:vars}));return void 0})}async#withNewest(row,pair,chain){
if(pair?.accessToken===void 0||!chain)return row;const holding=await this.#holdingOf(row,pair,chain,false);return holding===
"Chain"||holding==="Others"?withTokens(row,pair):row}async#merge(loadConfig,saveConfig,pair,chain){const row=await loadConfig();
if(!row)return"deleted";const holding=await this.#holdingOf(row,pair,chain,false);if(holding==="Replaced")return"replace\
d";this.take(pair);if(holding==="InVault")throw new Error("There is no place for tokens beside a vault.");const isThere=row.
oauth_token===pair.accessToken&&row.refresh_token===pair.refreshToken;if(holding!=="OthersNewer"&&!isThere)await saveConfig(
storable(withTokens(row,pair)));return holding==="Chain"?"stored":"shared"}async#overwrite(pair){const{saveConfig}=this.#host;
const{expires_at:before}=this.config;this.take(pair);const isStale="oauth"in this.config||Boolean(before)&&pair.expiresAt===
void 0;if(this.tokenRefreshCallback&&!(isStale&&saveConfig))await this.tokenRefreshCallback(storedTokens(pair));else await saveConfig?.(
storable(this.config))}async#add(pair){const{saveConfig}=this.#host;if(pair)this.take(pair);const isKnown=pair?.accessToken!==
void 0;const changed={...isKnown&&storedTokens(pair),...this.#vars!==void 0&&{_vars:this.#vars}};if(this.tokenRefreshCallback)
await this.tokenRefreshCallback(changed);else if(saveConfig)await saveConfig(storable(this.config));else throw new Error(
"There is no place for a part of a config.")}async#holdingOf(row,own,chain,isRefused){const{type,oauth_token:accessToken,
refresh_token:stored}=row;const refreshToken=renewableOf(row);const isOfSameChain=refreshToken!==void 0&&(refreshToken===
this.config.refresh_token||digest(refreshToken)===this.#first||await chain.includes(refreshToken));return(0,import_core24.core)().
rowHolding(refreshToken===void 0?void 0:originOf(row,pairOf(row,void 0)),originOf(this.config,own),isOfSameChain,(0,import_core24.core)().
holdsTokens(textOf2(type)??"")&&[accessToken,stored].some(import_arguments7.isObject),isRefused)}};function renewableOf({
type,refresh_token:stored}){const refreshToken=textOf2(stored);return refreshToken!==void 0&&(0,import_core24.core)().isRenewable(
textOf2(type)??"",refreshToken)?refreshToken:void 0}function pairOf({refresh_token,expires_at,refreshed_at,scopes},accessToken){
return makePair({accessToken,refreshToken:String(refresh_token),expiresAt:epoch(expires_at),obtainedAt:epoch(refreshed_at),
scopes:scopes||void 0})}function storedTokens({accessToken="",refreshToken,expiresAt,obtainedAt,scopes=[]}){return{oauth_token:accessToken,
...refreshToken&&{refresh_token:refreshToken},...expiresAt!==void 0&&{expires_at:new Date(expiresAt).toISOString()},...obtainedAt!==
void 0&&{refreshed_at:new Date(obtainedAt).toISOString()},...scopes.length>0&&{scopes}}}function withTokens(config,pair){
const{expires_at:_before,expires_in:_older,...kept}=config;return Object.assign(kept,storedTokens(pair))}function storable({
oauth:_transient,...config}){return config}function originOf({authorized_at,account},{obtainedAt,expiresAt}){return new((0,import_core24.core)()).
TokenOrigin(textOf2(authorized_at),textOf2((0,import_arguments7.members)(account).uuid),obtainedAt,expiresAt)}function digest(refreshToken){
return(0,import_node_crypto6.createHash)("sha256").update(String(refreshToken)).digest().toString("base64url",0,16)}function textOf2(value){
return typeof value==="string"&&value!==""?value:void 0}function epoch(iso){const time=Date.parse(iso??"");return Number.
isNaN(time)?void 0:time}async function inTurn(id,work){if(id===void 0)return work();const before=changes.get(id);const change=before?
within(CHANGE_LIMIT_MS,before).then(work,work):work();changes.set(id,change);try{return await change}finally{if(changes.
get(id)===change)changes.delete(id)}}var BitbucketAuthIntegration=class{#stored;#host;#environment;#client=null;#opened;constructor(config,host,environment=(0,import_environment.lazyEnvironment)(
process.env)){this.#stored=new StoredConfig(config,host);this.#host=host??{};this.#environment=environment}get#config(){
return this.#stored.config}get config(){const{_vars,...config}=this.#config;return config}getVars(){return this.#config.
_vars??{}}async saveVars(vars){const isKept=this.#stored.canRefresh&&this.#environment().client!==void 0;await this.#stored.
saveVars(vars,isKept?this.#access.credentials.connection:void 0)}log(message){const{logger}=this.#host;if(typeof logger===
"function")logger(message);else logger?.log(message)}setTokenRefreshCallback(callback){this.#stored.tokenRefreshCallback=
callback}async authenticate(){await this.#access.credentials.newest();return this.#openClient()}get client(){return this.#client}#openClient(){
return this.#client??=this.#access.createClient()}async use(work){const{credentials}=this.#access;let used=await credentials.
newest();for(let repetitions=0;;repetitions+=1){try{return await work(this.#openClient())}catch(error){const newer=isCuredByRenewal(
error)?await credentials.cureFor(used,repetitions):void 0;if(!newer)throw withoutTokens(error)??error;used=newer}}}async testConnection(){
try{return await inDialog(testConnection(this.#access,this.#config))}catch(error){return{success:false,message:meaningOf(
error).message}}}async connectionStatus(){return connectionStatus(this.#access,this.#config)}async exchangeToken(payload,_config,options){
const grant=(0,import_oauth_payload.grantOf)(payload);const environment=this.#environment();const{isInTransaction}=(0,import_arguments8.members)(
options);const exchange=requestTokens(environment,client=>{const{code,codeVerifier}=(0,import_arguments8.membersOf)(requestTokens,
"codeGrant",grant);return client.buildHostTokenRequest(code,codeVerifier,environment.isVerifierOptional)},"authorization\
_code");const tokens=await(isInTransaction?inTransaction(exchange):exchange);const account=isInTransaction?void 0:await accountOf(
(0,import_core25.core)().bearer(tokens.accessToken),environment);return{type:"oauth",...storedTokens(tokens),authorized_at:new Date(
tokens.obtainedAt).toISOString(),...account&&{account}}}async refreshToken(tokens,_config){const{refresh_token:refreshToken}=(0,import_arguments8.members)(
tokens);const environment=this.#environment();const client=clientOf(environment);(0,import_arguments8.membersOf)(this.refreshToken,
"refreshGrant",{refreshToken});(0,import_error11.judge)(this.refreshToken,()=>client.buildRefreshRequest(refreshToken));
const own=refreshToken===this.#config.refresh_token?this.#connection:void 0;if(own)return storedTokens((await own.renewed(
this.#stored,refreshToken)).pair);const owner=storelessHolder();const connection=keeperOf({...environment,client}).attach(
{refreshToken},owner);return storedTokens((await connection.renewed(owner,refreshToken)).pair)}async renewIdle(){const connection=this.#connection;
if(!connection?.isIdle())return{renewed:false};await connection.renewed(this.#stored);return{renewed:true}}async destroy(){
this.#client=null}maskConfig(config){return(0,import_masks.masked)(config)}async listWorkspaces(query){const{workspace:workspace2}=this.#config;
return listWorkspaces(this.#access,workspace2,(0,import_arguments8.membersOf)(this.listWorkspaces,"listQuery",query))}async listRepositories(query){
const{workspace:workspace2}=this.#config;return listRepositories(this.#access,workspace2,(0,import_arguments8.membersOf)(
this.listRepositories,"listQuery",query))}get#access(){if(this.#opened)return this.#opened;const stored=this.#stored;const environment=this.#environment();
const credential=(0,import_error11.judge)(this.authenticate,()=>(0,import_core25.core)().readCredential(stored.json,environment.
mayActAsClient));const credentials=createCredentials(credential,stored.pair(credential.accessToken),stored,environment);
this.#opened=new ApiAccess(credentials,environment,stored);return this.#opened}get#connection(){if(!this.#stored.canRefresh)
return void 0;clientOf(this.#environment());return this.#access.credentials.connection}};var manifest=Object.freeze({title:"Bitbucket",icon:"bitBucket",version:"0.1.0",description:"Connect to Bitbucket Cloud w\
ith OAuth 2.0, an access token or an API token",author:"NocoDB",website:"https://bitbucket.org",order:5,allowsPerUserCredentials:true,
expose:["testConnection","connectionStatus","listWorkspaces","listRepositories"]});function createEntry(env=process.env){const environment=(0,import_environment2.lazyEnvironment)(env);let elements;return{
type:"auth",sub_type:"bitbucket",wrapper:class BitbucketAuth extends BitbucketAuthIntegration{constructor(config,host){super(
config,host,environment)}},get form(){return elements??=formFor(environment)},manifest}}var entry_default=createEntry();
function formFor(environment){try{const{problems,...usable}=environment();for(const{message}of problems)warn(message);return form(
usable)}catch(error){warn(error instanceof import_error12.BitbucketAuthError?error.message:"the configuration could not \
be read");return form({})}}function warn(message){console.warn(`[nocodb-bitbucket-auth] ${message}`)}0&&(module.exports={BitbucketAuthError,BitbucketAuthIntegration,createEntry,isBitbucketAxiosError});
