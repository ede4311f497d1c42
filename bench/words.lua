local function split(separator, text)
    local words = {}
    local from = 1
    while true do
        local first, last = text:find(separator, from, true)
        if not first then
            words[#words + 1] = text:sub(from)
            return words
        end
        words[#words + 1] = text:sub(from, first - 1)
        from = last + 1
    end
end

return function()
    local text = 'the quick brown fox jumps over the lazy dog and the dog barks at the fox while the bird sings over the river bank'
    local counts = {}
    local distinct = 0
    for _ = 1, 10 do
        for _, word in ipairs(split(' ', text)) do
            local count = counts[word]
            if count == nil then
                distinct = distinct + 1
                count = 0
            end
            counts[word] = count + 1
        end
    end
    return counts['the'] * 1000 + distinct
end
