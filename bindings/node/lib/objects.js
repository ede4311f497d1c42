// Hog's objects, which are told by their keys.
'use strict'

const has = (obj, keys) => obj && typeof obj === 'object' && keys.every((key) => key in obj)

const isHogDate = (obj) => has(obj, ['__hogDate__', 'year', 'month', 'day'])
const isHogDateTime = (obj) => has(obj, ['__hogDateTime__', 'dt', 'zone'])
const isHogError = (obj) => has(obj, ['__hogError__', 'type', 'message'])
const isHogCallable = (obj) => has(obj, ['__hogCallable__', 'argCount', 'ip', 'upvalueCount'])
const isHogClosure = (obj) => has(obj, ['__hogClosure__', 'callable', 'upvalues'])
const isHogUpValue = (obj) => has(obj, ['__hogUpValue__', 'location', 'closed', 'value'])
const isHogAST = (obj) => has(obj, ['__hx_ast']) || (obj instanceof Map ? obj.get('__hx_ast') : obj && false)

const newHogError = (type, message, payload) => ({
    __hogError__: true,
    type: type || 'Error',
    message: message || 'An error occurred',
    payload,
})
const newHogClosure = (callable, upvalues = []) => ({ __hogClosure__: true, callable, upvalues: upvalues ?? [] })
const newHogCallable = (type, { name, chunk, argCount, upvalueCount, ip }) => ({
    __hogCallable__: type, name, chunk, argCount, upvalueCount, ip,
})

module.exports = {
    isHogDate, isHogDateTime, isHogError, newHogError, isHogCallable, isHogClosure, newHogClosure, newHogCallable,
    isHogUpValue, isHogAST,
}
