// Because: programs that use the client handle these values (documents, requests, errors) and
// name no other module of Docket.
@_exported public import DocketCore
