return function()
    local total = 0
    local i = 0
    while i < 100 do
        local j = 0
        while j < 100 do
            total = total + (i * j) % 7
            j = j + 1
        end
        i = i + 1
    end
    return total
end
